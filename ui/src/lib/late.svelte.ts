/** Parts of the window that come after its first view, so that the program is not read in one go before it. */
import { turn } from './frames';

/** A component that is loaded once the window has drawn, each in a turn of its own. */
export class Late<C> {
	/** Null until it is there; where it stands, nothing is drawn before. */
	part = $state.raw<C | null>(null);

	constructor(load: () => Promise<{ default: C }>) {
		void turn()
			.then(load)
			.then((module) => (this.part = module.default));
	}
}
