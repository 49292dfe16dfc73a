/** Markdown as HTML that does no more than show text. */
import { marked } from 'marked';
import { sanitize } from './sanitize';

export function markdown(text: string): string {
	return sanitize(marked.parse(text, { async: false }));
}
