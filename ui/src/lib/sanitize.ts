/** Docs may come from the comments of a connector that somebody else wrote: only plain text elements are shown. */
const ALLOWED = new Set(
	'A,B,BLOCKQUOTE,BR,CODE,DEL,EM,H1,H2,H3,H4,H5,H6,HR,I,LI,OL,P,PRE,SPAN,STRONG,TABLE,TBODY,TD,TH,THEAD,TR,UL'.split(
		','
	)
);
const DROPPED = new Set('SCRIPT,STYLE,IFRAME,OBJECT,EMBED,TEMPLATE,SVG,MATH'.split(','));

/** The HTML without attributes (but the classes of colours) and without any element that does more than show text. */
export function sanitize(html: string): string {
	const { body } = new DOMParser().parseFromString(html, 'text/html');
	clean(body);
	return body.innerHTML;
}

function clean(element: Element): void {
	for (const child of [...element.children]) {
		if (DROPPED.has(child.tagName.toUpperCase())) {
			child.remove();
			continue;
		}
		clean(child);
		if (!ALLOWED.has(child.tagName)) {
			child.replaceWith(...child.childNodes);
			continue;
		}
		for (const { name } of [...child.attributes]) if (name !== 'class') child.removeAttribute(name);
	}
}
