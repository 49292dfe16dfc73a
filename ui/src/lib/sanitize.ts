/** Docs may come from the comments of a connector that somebody else wrote: only plain text elements are shown. */
const ALLOWED = new Set(
	'A,B,BLOCKQUOTE,BR,CODE,DEL,EM,H1,H2,H3,H4,H5,H6,HR,I,LI,OL,P,PRE,SPAN,STRONG,TABLE,TBODY,TD,TH,THEAD,TR,UL'.split(
		','
	)
);
const DROPPED = new Set('SCRIPT,STYLE,IFRAME,OBJECT,EMBED,TEMPLATE,SVG,MATH'.split(','));

/**
 * The HTML without attributes (but the classes of colours) and without any element that does more than show text. With
 * `links`, links to pages of the web keep their address: whoever shows them must ask before one is followed.
 */
export function sanitize(html: string, links = false): string {
	const { body } = new DOMParser().parseFromString(html, 'text/html');
	clean(body, links);
	return body.innerHTML;
}

function clean(element: Element, links: boolean): void {
	for (const child of [...element.children]) {
		if (DROPPED.has(child.tagName.toUpperCase())) {
			child.remove();
			continue;
		}
		clean(child, links);
		if (!ALLOWED.has(child.tagName)) {
			child.replaceWith(...child.childNodes);
			continue;
		}
		const isLink = links && child.tagName === 'A' && /^https?:\/\//i.test(child.getAttribute('href') ?? '');
		// What leads nowhere is not to look as if it did.
		if (child.tagName === 'A' && !isLink) {
			child.replaceWith(...child.childNodes);
			continue;
		}
		for (const { name } of [...child.attributes])
			if (name !== 'class' && !(isLink && name === 'href')) child.removeAttribute(name);
	}
}
