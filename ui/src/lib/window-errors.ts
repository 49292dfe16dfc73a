/** What the window itself reports as an error, and whether anything has failed by it. */

/**
 * The browser's notice that a size changed again while sizes were told; it tells them a frame later and nothing is lost
 * (https://www.w3.org/TR/resize-observer/#deliver-resize-loop-error-notification). It carries no error, only words.
 */
const RESIZE_NOTICE = /^ResizeObserver loop/;

/** The failure that an `error` event of the window tells of; `null` where nothing has failed. */
export function failureOf(event: Event | string): unknown {
	if (typeof event === 'string') return RESIZE_NOTICE.test(event) ? null : event;
	if (!(event instanceof ErrorEvent)) return event;
	return event.error ?? (RESIZE_NOTICE.test(event.message) ? null : event.message);
}

/**
 * The failure behind a rejection that nobody handled; `null` where nothing has failed. The client of the language server
 * asks of its own accord while one types, such as for the parameters of a call, and lets go by what is not answered in
 * time or refused (JSON-RPC's error object): the editor works on without.
 */
export function rejectionOf(reason: unknown): unknown {
	if (reason instanceof Error) return reason.message === 'Request timed out' ? null : reason;
	const { code, message } = (reason ?? {}) as { code?: unknown; message?: unknown };
	return typeof code === 'number' && typeof message === 'string' ? null : reason;
}
