import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { drawn, turn } from './frames';

let frames: FrameRequestCallback[] = [];

beforeEach(() => {
	vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
	frames = [];
	vi.stubGlobal('requestAnimationFrame', (callback: FrameRequestCallback) => frames.push(callback));
});

afterEach(() => {
	vi.unstubAllGlobals();
	vi.useRealTimers();
});

/** One frame of the window, and the tasks after it. */
async function frame(): Promise<void> {
	for (const each of frames.splice(0)) each(0);
	await vi.advanceTimersByTimeAsync(0);
}

test('what waits for a turn is served in order, one after each frame', async () => {
	const served: string[] = [];
	for (const name of ['first', 'second', 'third']) void turn().then(() => served.push(name));
	await vi.advanceTimersByTimeAsync(0);
	await frame();
	expect(served).toEqual(['first']);
	await frame();
	await frame();
	expect(served).toEqual(['first', 'second', 'third']);
});

test('a window out of sight draws no frame, and what waits goes on all the same', async () => {
	let done = false;
	void drawn().then(() => (done = true));
	await vi.advanceTimersByTimeAsync(100);
	expect(done).toBe(false);
	await vi.advanceTimersByTimeAsync(1000);
	expect(done).toBe(true);
});
