/** What a trace needs to fit its columns. */

/** Round steps for an axis up to `total` milliseconds, at most `most` of them. */
export function axisSteps(total: number, most = 4): number[] {
	if (total <= 0) return [0];
	const rough = total / most;
	const power = 10 ** Math.floor(Math.log10(rough));
	const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough) ?? rough;
	const steps: number[] = [];
	for (let at = 0; at < total - step * 0.4; at += step) steps.push(at);
	return steps;
}

/** The path of a URL as a narrow column shows it: host and `/api/v1` left out, long ids shortened. */
export function shortPath(url: string): string {
	const path =
		decoded(url)
			.replace(/^[a-z]+:\/\/[^/]+/i, '')
			.replace(/^\/api\/v\d+/, '') || '/';
	const mark = path.indexOf('?');
	const [before, query] = mark < 0 ? [path, ''] : [path.slice(0, mark), path.slice(mark)];
	const short = before
		.split('/')
		.map((part) => (/^[0-9A-Za-z]{16,}$/.test(part) && /\d/.test(part) ? `${part.slice(0, 4)}…` : part))
		.join('/');
	return short + query;
}

function decoded(url: string): string {
	try {
		return decodeURI(url).replaceAll('%40', '@');
	} catch {
		return url;
	}
}
