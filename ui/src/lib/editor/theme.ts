/** The editor in the window's colours; every value is a token, so light and dark need nothing of their own. */
import { EditorView } from '@codemirror/view';

/** The list of completions, in every field and editor. */
export const completionRules = {
	// Its docs hang beside it.
	'.cm-tooltip.cm-tooltip-autocomplete': { overflow: 'visible' },
	'.cm-tooltip.cm-tooltip-autocomplete > ul': {
		fontFamily: 'var(--font-mono)',
		fontSize: 'var(--fs-12)',
		maxHeight: '260px',
		padding: '4px'
	},
	'.cm-tooltip.cm-tooltip-autocomplete > ul > li': {
		padding: '2px 8px',
		borderRadius: 'var(--r-1)',
		lineHeight: '20px'
	},
	'.cm-tooltip-autocomplete ul li[aria-selected]': {
		background: 'var(--bg-selected) !important',
		color: 'var(--text) !important'
	},
	'.cm-completionMatchedText': { textDecoration: 'none', color: 'var(--accent-text)', fontWeight: '600' },
	'.cm-completionDetail': { color: 'var(--text-3)', fontStyle: 'normal', marginLeft: '10px' },
	'.cm-tooltip.cm-completionInfo': { padding: '8px 10px', maxWidth: '360px', marginLeft: '4px' }
};

export const editorTheme = EditorView.theme({
	'&': { height: '100%', color: 'var(--syn-variable)', backgroundColor: 'var(--bg-surface)' },
	'&.cm-focused': { outline: 'none' },
	'.cm-scroller': {
		fontFamily: 'var(--font-mono)',
		fontSize: 'var(--fs-editor, var(--fs-code))',
		lineHeight: 'var(--lh-editor, var(--lh-code))',
		fontVariantLigatures: 'var(--editor-ligatures, none)'
	},
	'.cm-content': { padding: '4px 0', caretColor: 'var(--accent)' },
	'.cm-line': { padding: '0 12px 0 0' },
	'.cm-cursor, .cm-dropCursor': { borderLeftColor: 'var(--accent)', borderLeftWidth: '1.5px' },
	'.cm-selectionBackground': { backgroundColor: 'var(--bg-active)' },
	'&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
		backgroundColor: 'var(--accent-line)',
		opacity: '.55'
	},
	'.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--accent) 6%, transparent)' },
	'.cm-gutters': { backgroundColor: 'var(--bg-surface)', color: 'var(--text-3)', border: 'none' },
	'.cm-lineNumbers .cm-gutterElement': {
		minWidth: '38px',
		padding: '0 12px 0 8px',
		fontSize: '.88em',
		fontVariantNumeric: 'tabular-nums'
	},
	'.cm-activeLineGutter': {
		backgroundColor: 'color-mix(in srgb, var(--accent) 6%, transparent)',
		color: 'var(--text)'
	},
	'.cm-matchingBracket': {
		backgroundColor: 'var(--bg-selected) !important',
		outline: '1px solid var(--accent-line)',
		borderRadius: '2px'
	},
	'.cm-nonmatchingBracket': { backgroundColor: 'var(--danger-soft) !important' },
	'.cm-selectionMatch': { backgroundColor: 'var(--bg-selected)' },
	'.cm-searchMatch': { backgroundColor: 'var(--diff-mod)', outline: '1px solid var(--warning)' },
	'.cm-searchMatch-selected': { backgroundColor: 'var(--exec-line)' },
	'.cm-placeholder': { color: 'var(--text-3)' },

	'.cm-change-gutter': { width: '3px' },
	'.cm-change-gutter .cm-gutterElement': { width: '3px' },
	'.cm-changed': { backgroundColor: 'var(--accent)' },

	'.cm-lintRange': { backgroundImage: 'none', paddingBottom: '0' },
	'.cm-lintRange-error': squiggle('var(--danger)'),
	'.cm-lintRange-warning': squiggle('var(--warning)'),
	'.cm-lintRange-active': { backgroundColor: 'transparent' },
	'.cm-note': {
		marginLeft: '16px',
		font: 'var(--fs-11)/16px var(--font-ui)',
		whiteSpace: 'pre',
		verticalAlign: '1px'
	},
	'.cm-note-value': { color: 'var(--inline-value)', font: 'var(--fs-11)/16px var(--font-mono)' },
	'.cm-note-warning': { color: 'var(--warning-text)' },
	'.cm-note-error': { color: 'var(--danger-text)' },
	'.cm-note-warning svg, .cm-note-error svg': { display: 'inline', verticalAlign: '-2px', marginRight: '5px' },
	'.cm-note-call': {
		display: 'inline-block',
		padding: '0 6px',
		color: 'var(--text-2)',
		background: 'var(--bg-surface)',
		border: '1px solid var(--border)',
		borderRadius: 'var(--r-1)',
		boxShadow: 'var(--shadow-1)',
		fontVariantNumeric: 'tabular-nums'
	},
	'.cm-note-call b': { fontWeight: 'var(--fw-semibold)', marginRight: '4px' },
	'.cm-note-call .ok': { color: 'var(--success-text)' },
	'.cm-note-call .bad': { color: 'var(--danger-text)' },
	'.cm-failed-line': { backgroundColor: 'var(--danger-soft) !important' },

	'.cm-tooltip': {
		background: 'var(--bg-raised)',
		color: 'var(--text)',
		border: '1px solid var(--border)',
		borderRadius: 'var(--r-3)',
		boxShadow: 'var(--shadow-2)',
		font: 'var(--fs-12)/var(--lh-12) var(--font-ui)',
		overflow: 'hidden'
	},
	...completionRules,
	// Docs of hovers, completions and calls: prose in the window's own type, code in the editor's.
	'.cm-tooltip.cm-lsp-hover-tooltip': { maxWidth: '520px', maxHeight: '320px', overflow: 'auto', padding: '6px 4px' },
	'.cm-lsp-documentation': { padding: '0 7px', lineHeight: '18px' },
	'.cm-lsp-documentation p': { margin: '0 0 6px' },
	'.cm-lsp-documentation ul': { margin: '0 0 6px', paddingLeft: '18px', listStyle: 'disc' },
	'.cm-lsp-documentation > :last-child': { marginBottom: '0' },
	'.cm-lsp-documentation code': { fontFamily: 'var(--font-mono)', fontSize: 'var(--fs-11)' },
	'.cm-lsp-documentation pre': {
		margin: '0 0 6px',
		padding: '4px 8px',
		fontFamily: 'var(--font-mono)',
		fontSize: 'var(--fs-11)',
		background: 'var(--bg-sunken)',
		borderRadius: 'var(--r-2)',
		whiteSpace: 'pre-wrap'
	},
	'.cm-tooltip.cm-lsp-signature-tooltip': {
		maxWidth: '520px',
		maxHeight: '200px',
		overflowY: 'auto',
		padding: '6px 10px'
	},
	'.cm-lsp-signature-tooltip .cm-lsp-signature': { fontFamily: 'var(--font-mono)' },
	'.cm-lsp-signature-tooltip .cm-lsp-active-parameter': {
		color: 'var(--accent-text)',
		fontWeight: 'var(--fw-semibold)'
	},
	'.cm-lsp-signature-tooltip .cm-lsp-documentation': { padding: '6px 0 0', fontSize: 'var(--fs-11)' },
	'.cm-panel.cm-lsp-reference-panel': { padding: '4px 0', maxHeight: '160px', overflowY: 'auto' },
	'.cm-lsp-reference-panel [role=option]': { padding: '2px 10px', cursor: 'pointer' },
	'.cm-lsp-reference-panel .cm-lsp-reference-file': { color: 'var(--text-2)', padding: '2px 10px' },
	'.cm-lsp-reference-panel [aria-selected=true]': { background: 'var(--bg-selected) !important', color: 'var(--text)' },
	'.cm-panel.cm-dialog': { padding: '6px 30px 6px 10px' },
	'.cm-panel.cm-dialog input': {
		height: '24px',
		background: 'var(--bg-surface)',
		border: '1px solid var(--border-strong)',
		borderRadius: 'var(--r-2)',
		font: 'inherit',
		padding: '0 6px'
	},
	'.cm-lsp-message-error': { color: 'var(--danger-text)' },
	'.cm-diagnosticAction': {
		background: 'var(--bg-surface)',
		color: 'var(--accent-text)',
		border: '1px solid var(--border-strong)',
		borderRadius: 'var(--r-1)',
		font: 'var(--fs-11)/18px var(--font-ui)',
		padding: '0 6px',
		cursor: 'pointer'
	},
	'.cm-diagnostic': { padding: '4px 10px', borderLeftWidth: '3px' },
	'.cm-diagnostic-error': { borderLeftColor: 'var(--danger)' },
	'.cm-diagnostic-warning': { borderLeftColor: 'var(--warning)' },

	'.cm-panels': { background: 'var(--bg-sunken)', color: 'var(--text)', zIndex: '2' },
	'.cm-panels-top': { borderBottom: '1px solid var(--border)' },
	'.cm-panels-bottom': { borderTop: '1px solid var(--border)' },
	'.cm-panel': { font: 'var(--fs-12)/var(--lh-12) var(--font-ui)' },
	'.cm-panel.cm-search, .cm-panel.cm-gotoLine': { padding: '6px 30px 6px 10px' },
	'.cm-textfield': {
		height: '24px',
		background: 'var(--bg-surface)',
		border: '1px solid var(--border-strong)',
		borderRadius: 'var(--r-2)',
		font: 'inherit',
		padding: '0 6px'
	},
	'.cm-button': {
		height: '24px',
		background: 'var(--bg-surface)',
		backgroundImage: 'none',
		border: '1px solid var(--border-strong)',
		borderRadius: 'var(--r-2)',
		font: 'inherit',
		color: 'var(--text-2)',
		padding: '0 8px'
	},
	'.cm-panel.cm-search label': { fontSize: 'var(--fs-11)', color: 'var(--text-2)' },
	'.cm-panel.cm-search [name=close], .cm-panel.cm-gotoLine [name=close]': {
		color: 'var(--text-2)',
		fontSize: '16px',
		right: '8px',
		top: '6px'
	}
});

function squiggle(colour: string): Record<string, string> {
	return {
		textDecoration: `underline wavy ${colour}`,
		textDecorationThickness: '1.2px',
		textUnderlineOffset: '4px',
		textDecorationSkipInk: 'none'
	};
}
