/** The exchange as curl tells it: `*` what happened, `>` what went out, `<` what came back. */
import type { HttpResponse } from '../../backend/types/HttpResponse';
import type { SentRequest } from '../../backend/types/SentRequest';
import { duration, size } from '../../lib/format';

export interface LogLine {
	mark: '*' | '>' | '<';
	text: string;
}

export function wireLog(request: SentRequest, response: HttpResponse): LogLine[] {
	const lines: LogLine[] = [];
	const note = (text: string) => lines.push({ mark: '*', text });
	const out = (text: string) => lines.push({ mark: '>', text });
	const back = (text: string) => lines.push({ mark: '<', text });
	for (const hop of response.hops) {
		if (hop.reason === 'final') break;
		if (hop.delay_ms > 0) note(`Waited ${duration(hop.delay_ms)}`);
		out(`${hop.method} ${hop.url}`);
		back(`${hop.status}${hop.location ? `, location: ${hop.location}` : ''} after ${duration(hop.timing.total_ms)}`);
		if (hop.reason === 'redirect') note('Followed the redirect');
		else if (hop.reason === 'retry') note('Sent again after this status');
		else if (hop.reason === 'refused') note('Signed anew');
		else note('Signed in');
	}
	const { timing } = response;
	if (timing.connect_ms === null) note('Used a connection that was open');
	else {
		if (timing.dns_ms !== null) note(`Looked the host up in ${duration(timing.dns_ms)}`);
		note(`Connected in ${duration(timing.connect_ms)}`);
		if (timing.tls_ms !== null) note(`TLS handshake took ${duration(timing.tls_ms)}`);
	}
	out(`${request.method} ${pathOf(request.url)} ${response.version}`);
	for (const { name, value } of request.headers) out(`${name}: ${value}`);
	if (request.body !== null) {
		out('');
		for (const line of request.body.split('\n')) out(line);
	}
	note(`First byte after ${duration(timing.wait_ms)}`);
	back(`${response.version} ${response.status} ${response.reason}`);
	for (const { name, value } of response.headers) back(`${name}: ${value}`);
	const wire = response.wire_size === response.size ? '' : `, ${size(response.wire_size)} on the wire`;
	note(`Body of ${size(response.size)}${wire} in ${duration(timing.download_ms)}`);
	note(`${duration(timing.total_ms)} in all`);
	return lines;
}

function pathOf(url: string): string {
	return url.replace(/^[a-z]+:\/\/[^/]+/i, '') || '/';
}
