/** A bar beside the lines that differ from what is saved. */
import {
	RangeSet,
	StateEffect,
	StateField,
	type EditorState,
	type Extension,
	type Range,
	type Text
} from '@codemirror/state';
import { gutter, GutterMarker } from '@codemirror/view';

/** Says that this text is the saved one now. */
export const savedText = StateEffect.define<Text>();

const bar = new (class extends GutterMarker {
	override elementClass = 'cm-changed';
})();

/** Above this many differing lines the exact lines are not worth their time. */
const EXACT_UP_TO = 400;

interface Saved {
	text: Text;
	bars: RangeSet<GutterMarker>;
}

function field(saved: Text): StateField<Saved> {
	return StateField.define<Saved>({
		create: (state) => ({ text: saved, bars: barsOf(saved, state.doc) }),
		update(value, transaction) {
			let { text } = value;
			for (const effect of transaction.effects) if (effect.is(savedText)) text = effect.value;
			if (text === value.text && !transaction.docChanged) return value;
			return { text, bars: barsOf(text, transaction.state.doc) };
		}
	});
}

export function changeBar(saved: Text): Extension {
	const of = field(saved);
	return [of, gutter({ class: 'cm-change-gutter', markers: (view) => view.state.field(of).bars })];
}

/** Numbers of the lines of `now` that are not in `before`, from 1. */
export function changedLines(before: Text, now: Text): number[] {
	if (before.eq(now)) return [];
	const old = before.toJSON();
	const fresh = now.toJSON();
	let start = 0;
	while (start < old.length && start < fresh.length && old[start] === fresh[start]) start++;
	let oldEnd = old.length;
	let end = fresh.length;
	while (oldEnd > start && end > start && old[oldEnd - 1] === fresh[end - 1]) {
		oldEnd--;
		end--;
	}
	const removed = old.slice(start, oldEnd);
	const added = fresh.slice(start, end);
	const kept =
		removed.length <= EXACT_UP_TO && added.length <= EXACT_UP_TO ? common(removed, added) : new Set<number>();
	const changed: number[] = [];
	added.forEach((_, index) => {
		if (!kept.has(index)) changed.push(start + index + 1);
	});
	// Only removals: the line they stood before tells it.
	if (changed.length === 0) changed.push(Math.min(start + 1, fresh.length));
	return changed;
}

/** Indices of `added` that a longest common subsequence keeps. */
function common(removed: readonly string[], added: readonly string[]): Set<number> {
	const width = added.length + 1;
	const lengths = new Uint16Array((removed.length + 1) * width);
	for (let i = removed.length - 1; i >= 0; i--) {
		for (let j = added.length - 1; j >= 0; j--) {
			lengths[i * width + j] =
				removed[i] === added[j]
					? lengths[(i + 1) * width + j + 1]! + 1
					: Math.max(lengths[(i + 1) * width + j]!, lengths[i * width + j + 1]!);
		}
	}
	const kept = new Set<number>();
	for (let i = 0, j = 0; i < removed.length && j < added.length;) {
		if (removed[i] === added[j]) {
			kept.add(j);
			i++;
			j++;
		} else if (lengths[(i + 1) * width + j]! >= lengths[i * width + j + 1]!) i++;
		else j++;
	}
	return kept;
}

function barsOf(saved: Text, now: EditorState['doc']): RangeSet<GutterMarker> {
	const ranges: Range<GutterMarker>[] = changedLines(saved, now).map((line) => bar.range(now.line(line).from));
	return RangeSet.of(ranges);
}
