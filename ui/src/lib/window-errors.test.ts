import { expect, test } from 'vitest';
import { failureOf, rejectionOf } from './window-errors';

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

test('what the language server did not answer is no failure of the window', () => {
	expect(rejectionOf(new Error('Request timed out'))).toBeNull();
	expect(rejectionOf({ code: -32800, message: 'cancelled' })).toBeNull();
	const error = new Error('broken');
	expect(rejectionOf(error)).toBe(error);
	expect(rejectionOf('broken')).toBe('broken');
	expect(rejectionOf(undefined)).toBeUndefined();
});
