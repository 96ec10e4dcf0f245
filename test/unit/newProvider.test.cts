/** `npm run new:provider` in a copy of the package. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { generate, namesOf } from '../newProvider/generate.cts';
import { deep } from '../size.cts';

const root = join(__dirname, '..', '..');
const BESIDE = ['node_modules', '.git', '.hosts', '.cache', 'dist'];
let copy = '';

beforeAll(() => {
	copy = mkdtempSync(join(tmpdir(), 'new-provider-'));
	for (const name of readdirSync(root)) if (!BESIDE.includes(name)) cpSync(join(root, name), join(copy, name), { recursive: true });
	symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

const run = (...args: string[]): string => {
	try {
		return execFileSync(process.execPath, args, { cwd: copy, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
	} catch (error) {
		return `${String(Reflect.get(Object(error), 'stdout'))}${String(Reflect.get(Object(error), 'stderr'))}`;
	}
};

test('a new provider is in every list, and what is left to write is said in order', () => {
	const { written, changed } = generate(copy, namesOf('Acme Hire'));
	expect(written).toHaveLength(11);
	const guide = readFileSync(join(root, 'docs', 'adding-a-provider.md'), 'utf8').replaceAll('<Name>', 'AcmeHire').replaceAll('<name>', 'acmeHire').replaceAll('<simulator>', 'acmehire');
	for (const file of [...written, ...changed]) expect(guide).toContain(`\`${file}\``);
	const said = run('node_modules/jest/bin/jest.js', 'test/unit/registration', '-t', 'AcmeHire|Acme Hire');
	expect(said).toMatch(/✓ nodes\/AcmeHire is registered everywhere/);
	expect(said).toMatch(/✓ Acme Hire is offered with a credential/);
	const steps = [...said.matchAll(/"Write next \((\d) of 9\)/g)].map(([, step]) => step);
	expect(steps.length).toBeGreaterThan(15);
	expect(steps).toEqual([...steps].sort());
	expect(new Set(steps).size).toBe(9);
});

(deep ? test : test.skip)('the first thing to write is what the first test of the ATS node says', () => {
	expect(run('node_modules/jest/bin/jest.js', 'test/engine/ats.test', '-t', 'Acme Hire through the unified node job.getMany')).toMatch(/NodeApiError: Write next \(4 of 9\): sandbox\/acmehire\/rows.cts, job: /);
});

test('a name that is taken, or is none, writes nothing', () => {
	expect(() => generate(copy, namesOf('Lever'))).toThrow(/nodes.Lever is there already/);
	expect(() => namesOf('4 you')).toThrow(/letter first/);
	expect(() => namesOf('')).toThrow(/letter first/);
});

(deep ? test : test.skip)('it compiles, and lint finds nothing', () => {
	expect(run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.dev.json')).toBe('');
	expect(run('node_modules/eslint/bin/eslint.js', '--config', 'eslint.dev.config.mjs', 'nodes/AcmeHire', 'sandbox/acmehire', 'test/providers', 'credentials')).toBe('');
});
