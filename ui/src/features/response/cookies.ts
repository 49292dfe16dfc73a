/** The cookies that an answer sets, read from its headers (RFC 6265). */
import type { Header } from '../../backend/types/Header';

export interface SetCookie {
	name: string;
	value: string;
	/** What else it says, in its own words: `Path=/`, `HttpOnly`. */
	attributes: string[];
}

export function cookiesOf(headers: readonly Header[]): SetCookie[] {
	return headers
		.filter((header) => header.name.toLowerCase() === 'set-cookie')
		.map(({ value }) => {
			const [pair = '', ...attributes] = value.split(';').map((part) => part.trim());
			const mark = pair.indexOf('=');
			const name = mark < 0 ? pair : pair.slice(0, mark);
			return { name, value: mark < 0 ? '' : pair.slice(mark + 1), attributes: attributes.filter(Boolean) };
		});
}
