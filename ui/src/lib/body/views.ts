/** The ways to look at a body. */
import type { BodySummary } from '../../backend/types/BodySummary';
import type { BodyView } from '../../backend/types/BodyView';

export type View = BodyView | 'table' | 'preview';

const LABELS: Record<View, string> = {
	tree: 'Tree',
	pretty: 'Pretty',
	raw: 'Raw',
	table: 'Table',
	preview: 'Preview',
	hex: 'Hex'
};

/** Those a body has, the one to begin with first. */
export function viewsOf(body: BodySummary): { id: View; label: string }[] {
	const views: View[] = [];
	if (body.format === 'json') views.push('tree', 'pretty');
	if (body.format === 'image' || body.format === 'pdf') views.push('preview');
	if (body.format === 'xml' || body.format === 'html') views.push('pretty');
	if (body.kind !== 'binary') views.push('raw');
	if (body.has_table) views.push('table');
	if (body.format === 'html') views.push('preview');
	views.push('hex');
	return views.map((id) => ({ id, label: LABELS[id] }));
}

/** The view to show where `wanted` was last chosen. */
export function viewFor(body: BodySummary, wanted: View | null): View {
	const views = viewsOf(body);
	return views.find((each) => each.id === wanted)?.id ?? views[0]!.id;
}

/** Whether a view is made of lines. */
export function isLines(view: View): view is BodyView {
	return view !== 'table' && view !== 'preview';
}

export function countOf(body: BodySummary, view: BodyView): number {
	return { tree: body.tree_lines, pretty: body.pretty_lines, raw: body.raw_lines, hex: body.hex_lines }[view];
}
