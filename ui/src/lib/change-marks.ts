/** How files stand against the last commit, as rows show it: a letter, its colour, and what it means in words. */
import type { ChangeMark } from '../backend/types/ChangeMark';

export interface RowMark {
	letter: string;
	words: string;
	tone: 'changed' | 'new' | 'gone' | 'bad' | 'inside';
}

export const MARKS: Record<ChangeMark, RowMark> = {
	modified: { letter: 'M', words: 'Modified', tone: 'changed' },
	added: { letter: 'A', words: 'Added', tone: 'new' },
	untracked: { letter: 'U', words: 'Untracked', tone: 'new' },
	deleted: { letter: 'D', words: 'Deleted', tone: 'gone' },
	renamed: { letter: 'R', words: 'Renamed', tone: 'changed' },
	conflicted: { letter: 'C', words: 'In conflict', tone: 'bad' }
};

/** For what holds a file that changed. */
export const HOLDS_CHANGES: RowMark = { letter: '•', words: 'Holds changes', tone: 'inside' };
