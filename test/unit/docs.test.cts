import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { generatedFiles } from '../docs/generated.cts';

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

test('README is read to its end', () => {
	expect(readFileSync('README.md', 'utf8').split('\n').length).toBeLessThanOrEqual(170);
});
