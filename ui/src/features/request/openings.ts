/** Requests that are being opened, and files that are on their way to another place meanwhile. */
import type { FileRef } from '../../backend/types/FileRef';
import type { SavedRequest } from '../../backend/types/SavedRequest';

/** A request that is being read: where its file is by now, and the name it got meanwhile. */
export interface Opening {
	file: FileRef;
	name?: string;
}

export class Openings {
	#open: Opening[] = [];
	#moves: Promise<void>[] = [];
	#read: (file: FileRef) => Promise<SavedRequest>;

	constructor(read: (file: FileRef) => Promise<SavedRequest>) {
		this.#read = read;
	}

	/** Those under way; who hears of a move changes them. */
	get all(): readonly Opening[] {
		return this.#open;
	}

	/** Reads a request, under its new path where its file is moved just then. */
	async read(opening: Opening): Promise<SavedRequest> {
		this.#open.push(opening);
		try {
			return await this.#again(opening);
		} finally {
			this.#open = this.#open.filter((each) => each !== opening);
		}
	}

	/** Lets those that are being opened wait for a move. */
	async follow(move: Promise<void>): Promise<void> {
		this.#moves.push(move);
		try {
			await move;
		} finally {
			this.#moves = this.#moves.filter((each) => each !== move);
		}
	}

	async #again(opening: Opening): Promise<SavedRequest> {
		const { file } = opening;
		try {
			return await this.#read(file);
		} catch (thrown) {
			await Promise.allSettled(this.#moves);
			if (opening.file === file) throw thrown;
			return this.#again(opening);
		}
	}
}
