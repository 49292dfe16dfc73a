/** Work that is spread over frames, so that keys and drawing never wait for all of it. */

/** A window out of sight draws no frames: what waits for one goes on after this time. */
const OUT_OF_SIGHT_MS = 250;

let last: Promise<void> = Promise.resolve();

/** Waits until what is in the page now has been drawn. */
export function drawn(): Promise<void> {
	return new Promise((done) => {
		const timer = setTimeout(done, OUT_OF_SIGHT_MS);
		requestAnimationFrame(() => {
			// A task of its own, after the frame.
			setTimeout(() => {
				clearTimeout(timer);
				done();
			}, 0);
		});
	});
}

/** Waits for a turn of its own: whoever asks is served in order, one after each frame. */
export function turn(): Promise<void> {
	last = last.then(drawn);
	return last;
}
