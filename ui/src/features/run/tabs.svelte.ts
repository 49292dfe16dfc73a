/** Which parts of the run panel are in front, in its columns and where it is one strip of tabs. */
export class RunTabs {
	/** Of the one strip. */
	only = $state('output');
	/** Of the column of what came out. */
	middle = $state('output');
	/** Of the last column. */
	last = $state('network');
	/** Of what came out below the editor. */
	below = $state('network');

	/** Brings the debugger to the front. */
	showDebugger(): void {
		this.only = 'debugger';
		this.last = 'debugger';
	}
}
