import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { providers } from '../../nodes/Ats/providers';
import { generatedFiles, pageOf } from '../docs/generated.cts';

test.each(Object.entries(generatedFiles((name) => readFileSync(name, 'utf8'))))('%s says what the code does (else: npm run readme)', (file, expected) => {
	expect(readFileSync(file, 'utf8')).toBe(expected);
});

const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', join('examples', 'README.md'), ...['docs', join('docs', 'providers')].flatMap((folder) => readdirSync(folder).filter((name) => name.endsWith('.md')).map((name) => join(folder, name)))];

test.each(pages)('every link of %s leads somewhere', (page) => {
	const text = readFileSync(page, 'utf8');
	const headings = (source: string) => [...source.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => title.toLowerCase().replace(/[^\w\s-]/g, '').trim().replace(/\s/g, '-'));
	const broken = [...text.matchAll(/\]\(([^)\s]+)\)/g)]
		.map(([, target = '']) => target)
		.filter((target) => !/^https?:|^mailto:/.test(target))
		.filter((target) => {
			const [file = '', anchor] = target.split('#');
			const path = file === '' ? page : join(dirname(page), file);
			return !existsSync(path) || (anchor !== undefined && !headings(readFileSync(path, 'utf8')).includes(anchor));
		});
	expect(broken).toEqual([]);
});

test.each(providers.map(({ label }) => label))('the page of %s has the form of all of them', (label) => {
	const text = readFileSync(pageOf((file) => readFileSync(file, 'utf8'), label) ?? '', 'utf8');
	expect([...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)).toEqual(['Set up', 'Rights', 'Credential', 'What it can', 'Trigger', 'Limits', 'Not confirmed', 'Last live check']);
	expect(text.split('## Last live check')[1]).toMatch(/^\s*(Not yet tried against a live account|Tried against a live account on \d{4}-\d{2}-\d{2})/);
	for (const section of text.split(/^## .+$/m).slice(1)) expect(section.trim()).not.toBe('');
});

test('README is read to its end', () => {
	expect(readFileSync('README.md', 'utf8').split('\n').length).toBeLessThanOrEqual(170);
});
