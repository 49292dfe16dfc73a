import { expect, test } from 'vitest';
import { ago, baseName, duration, sentence, shellWord, size } from './format';

test('durations and sizes are as long as they need to be', () => {
	expect([0.2, 38.4, 1240, 41_000, 125_000].map(duration)).toEqual(['<1 ms', '38 ms', '1.24 s', '41.0 s', '2 min 5 s']);
	expect([0, 840, 1912, 45_800, 999_600, 2_100_000].map(size)).toEqual([
		'0 B',
		'840 B',
		'1.9 kB',
		'45.8 kB',
		'1.0 MB',
		'2.1 MB'
	]);
});

test('times past are told as people tell them', () => {
	const now = new Date(2026, 10, 24, 12, 0).getTime();
	const minute = 60_000;
	expect(ago(now - 20_000, now)).toBe('just now');
	expect(ago(now - 12 * minute, now)).toBe('12 minutes ago');
	expect(ago(now - 60 * minute, now)).toBe('1 hour ago');
	expect(ago(now - 20 * 60 * minute, now)).toBe('yesterday');
	expect(ago(new Date(2026, 10, 14).getTime(), now)).toBe('14 November');
});

test('paths and words of a shell command', () => {
	expect(baseName('/home/ada/okta/')).toBe('okta');
	expect(shellWord('/home/ada/okta')).toBe('/home/ada/okta');
	expect(shellWord("Ada's folder")).toBe("'Ada'\\''s folder'");
});

test('what the engine says is a sentence on screen, and names keep their letters', () => {
	expect(sentence('no answer from 127.0.0.1 after 30 s')).toBe('No answer from 127.0.0.1 after 30 s');
	expect(sentence("the package's hash is wrong")).toBe("The package's hash is wrong");
	expect(sentence('okta: `token` is missing')).toBe('okta: `token` is missing');
	expect(sentence('get_user.rhai changed on disk')).toBe('get_user.rhai changed on disk');
	expect(sentence('`user` is missing')).toBe('`user` is missing');
	expect(sentence('')).toBe('');
});
