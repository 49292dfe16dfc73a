import { expect, test } from 'vitest';
import { failureOf } from './window-errors';

test('a size that changes while sizes are told is no failure', () => {
	const message = 'ResizeObserver loop completed with undelivered notifications.';
	expect(failureOf(new ErrorEvent('error', { message }))).toBeNull();
	expect(failureOf(message)).toBeNull();
});

test('what was thrown is the failure, and else the words for it', () => {
	const error = new Error('broken');
	expect(failureOf(new ErrorEvent('error', { message: 'Error: broken', error }))).toBe(error);
	expect(failureOf(new ErrorEvent('error', { message: 'Script error.' }))).toBe('Script error.');
});
