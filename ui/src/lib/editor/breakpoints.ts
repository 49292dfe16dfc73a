/** Breakpoints in the gutter, and the line where a script stands still. Marks move with the text. */
import {
	MapMode,
	RangeSet,
	StateEffect,
	StateField,
	type ChangeSet,
	type EditorState,
	type Extension,
	type Range
} from '@codemirror/state';
import { Decoration, EditorView, gutter, GutterMarker, type DecorationSet } from '@codemirror/view';

export type BreakpointLook = 'solid' | 'ring' | 'log' | 'disabled' | 'unbound';

export interface BreakpointMark {
	id: number;
	/** From 1. */
	line: number;
	look: BreakpointLook;
	/** What it does, in words. */
	words: string;
}

/** Where a script stands: `top` where it goes on, else where a caller waits. */
export interface StandMark {
	line: number;
	top: boolean;
}

/** These breakpoints instead of those before. */
const marked = StateEffect.define<readonly BreakpointMark[]>();
/** The script stands here; null for nowhere. */
const stands = StateEffect.define<StandMark | null>();

class Dot extends GutterMarker {
	// A line break before the line's text takes the mark along with the text, and joining lines keeps it.
	override startSide = 1;
	override endSide = 1;
	override mapMode = MapMode.Simple;

	constructor(readonly mark: BreakpointMark) {
		super();
	}

	override eq(other: Dot): boolean {
		const [one, two] = [this.mark, other.mark];
		return one.id === two.id && one.look === two.look && one.words === two.words;
	}

	override toDOM(): HTMLElement {
		const dot = document.createElement('span');
		dot.className = `cm-breakpoint cm-breakpoint-${this.mark.look}`;
		dot.title = this.mark.words;
		return dot;
	}
}

class Arrow extends GutterMarker {
	override elementClass = 'cm-stand-gutter';

	constructor(readonly top: boolean) {
		super();
	}

	override eq(other: Arrow): boolean {
		return this.top === other.top;
	}

	override toDOM(): HTMLElement {
		const arrow = document.createElement('span');
		arrow.className = this.top ? 'cm-stand cm-stand-top' : 'cm-stand';
		arrow.textContent = '→';
		return arrow;
	}
}

interface Marks {
	dots: RangeSet<Dot>;
	arrow: RangeSet<Arrow>;
	line: DecorationSet;
}

const standLine = Decoration.line({ class: 'cm-stand-line' });
const callerLine = Decoration.line({ class: 'cm-caller-line' });

const field = StateField.define<Marks>({
	create: () => ({ dots: RangeSet.empty, arrow: RangeSet.empty, line: Decoration.none }),
	update(value, { changes, docChanged, effects, startState, state }) {
		let { dots, arrow, line } = value;
		if (docChanged) {
			dots = isWhole(changes) ? dotsOf(marksOf(startState), state) : atLineStarts(dots.map(changes), state);
			arrow = arrow.map(changes);
			line = line.map(changes);
		}
		for (const effect of effects) {
			if (effect.is(marked)) dots = dotsOf(effect.value, state);
			if (!effect.is(stands)) continue;
			const at = effect.value;
			const from = at && at.line <= state.doc.lines ? state.doc.line(at.line).from : null;
			arrow = at && from !== null ? RangeSet.of([new Arrow(at.top).range(from)]) : RangeSet.empty;
			line = at && from !== null ? Decoration.set([(at.top ? standLine : callerLine).range(from)]) : Decoration.none;
		}
		return dots === value.dots && arrow === value.arrow && line === value.line ? value : { dots, arrow, line };
	},
	provide: (from) => EditorView.decorations.from(from, (marks) => marks.line)
});

export function markBreakpoints(marks: readonly BreakpointMark[]): StateEffect<readonly BreakpointMark[]> {
	return marked.of(marks);
}

export function markStand(stand: StandMark | null): StateEffect<StandMark | null> {
	return stands.of(stand);
}

export interface BreakpointHandlers {
	toggle: (line: number) => void;
	/** A right click: what can be done with this line. */
	menu: (line: number, at: { x: number; y: number }) => void;
	/** The text was edited: where each breakpoint is now, by its id. */
	moved: (lines: ReadonlyMap<number, number>) => void;
}

export function breakpointGutter({ toggle, menu, moved }: BreakpointHandlers): Extension {
	const lineAt = (view: EditorView, from: number) => view.state.doc.lineAt(from).number;
	return [
		field,
		theme,
		gutter({
			class: 'cm-breakpoint-gutter',
			markers: (view) => {
				const { dots, arrow } = view.state.field(field);
				return [dots, arrow];
			},
			initialSpacer: () => new Arrow(false),
			domEventHandlers: {
				mousedown(view, block, event) {
					if ((event as MouseEvent).button !== 0) return false;
					toggle(lineAt(view, block.from));
					event.preventDefault();
					return true;
				},
				contextmenu(view, block, event) {
					const { clientX: x, clientY: y } = event as MouseEvent;
					menu(lineAt(view, block.from), { x, y });
					event.preventDefault();
					return true;
				}
			}
		}),
		EditorView.updateListener.of((update) => {
			if (!update.docChanged) return;
			const before = marksOf(update.startState);
			const now = marksOf(update.state);
			const line = (id: number) => before.find((each) => each.id === id)?.line;
			if (now.some((each) => line(each.id) !== each.line)) moved(new Map(now.map((each) => [each.id, each.line])));
		})
	];
}

/** The breakpoints with the lines they are at now. */
function marksOf(state: EditorState): BreakpointMark[] {
	const marks: BreakpointMark[] = [];
	for (const each = state.field(field).dots.iter(); each.value; each.next())
		marks.push({ ...each.value.mark, line: state.doc.lineAt(each.from).number });
	return marks;
}

function dotsOf(marks: readonly BreakpointMark[], { doc }: EditorState): RangeSet<Dot> {
	const ranges: Range<Dot>[] = marks
		.filter((each) => each.line >= 1 && each.line <= doc.lines)
		.map((each) => new Dot(each).range(doc.line(each.line).from));
	return RangeSet.of(ranges, true);
}

function atLineStarts(dots: RangeSet<Dot>, { doc }: EditorState): RangeSet<Dot> {
	const ranges: Range<Dot>[] = [];
	for (const each = dots.iter(); each.value; each.next()) ranges.push(each.value.range(doc.lineAt(each.from).from));
	return RangeSet.of(ranges, true);
}

/** Whether a text took the place of all that was: lines are then the best that is known of where things were. */
function isWhole(changes: ChangeSet): boolean {
	let whole = false;
	changes.iterChangedRanges((from, to) => (whole ||= from === 0 && to === changes.length && to > 0));
	return whole;
}

const theme = EditorView.baseTheme({
	'.cm-breakpoint-gutter': { width: '22px', cursor: 'pointer' },
	'.cm-breakpoint-gutter .cm-gutterElement': { display: 'grid', placeItems: 'center', width: '22px' },
	'.cm-breakpoint-gutter .cm-gutterElement > *': { gridArea: '1 / 1' },
	'.cm-breakpoint': { width: '10px', height: '10px', borderRadius: '50%', border: '2px solid var(--breakpoint)' },
	'.cm-breakpoint-solid': { background: 'var(--breakpoint)' },
	'.cm-breakpoint-ring': { boxShadow: 'inset 0 0 0 1px var(--bg-surface)' },
	'.cm-breakpoint-ring::after': {
		content: '""',
		display: 'block',
		width: '2px',
		height: '2px',
		margin: '2px',
		background: 'var(--breakpoint)'
	},
	'.cm-breakpoint-log': { background: 'var(--breakpoint)', borderRadius: '1px', transform: 'rotate(45deg) scale(.85)' },
	'.cm-breakpoint-disabled': { background: 'none', borderWidth: '1px' },
	'.cm-breakpoint-unbound': { background: 'var(--text-3)', borderColor: 'var(--text-3)' },
	'.cm-stand': {
		width: '16px',
		height: '14px',
		borderRadius: '3px',
		color: 'var(--text-3)',
		font: 'var(--fw-semibold) 12px/13px var(--font-ui)',
		textAlign: 'center',
		zIndex: '1'
	},
	'.cm-stand-top': { background: 'var(--exec-marker)', color: 'var(--bg-surface)' },
	'.cm-gutterElement:has(.cm-breakpoint) > .cm-stand-top': { boxShadow: '0 0 0 2px var(--breakpoint)' },
	'.cm-line.cm-stand-line': { backgroundColor: 'var(--exec-line)' },
	'.cm-line.cm-caller-line': { backgroundColor: 'var(--bg-active)' }
});
