/** Markdown as HTML that does no more than show text. */
import { marked } from 'marked';
import { sanitize } from './sanitize';

export function markdown(text: string, links = false): string {
	return sanitize(marked.parse(text, { async: false }), links);
}
