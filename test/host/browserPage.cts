/** n8n's editor as a person uses it: what to click, where things stand. Only this file knows the editor's markup (2.41). */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import type { Browser, Locator, Page } from 'playwright-core';
import { chromium } from 'playwright-core';

import { projectRoot } from './hosts.cts';
import { owner } from './n8n.cts';
import { PlainError } from './processes.cts';

export const picturesFolder = join(projectRoot, 'docs', 'images');

/** Pictures stand in README: a larger one is not for reading. */
const MOST_BYTES = 150_000;

const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** For a machine under load; nothing is measured here. */
const PATIENCE = 45_000;

function chromiumPath(): string {
	const found = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => path !== undefined && existsSync(path));
	if (!found) throw new PlainError('There is no Chromium. Debian: apt-get install chromium pngquant. Elsewhere: set CHROMIUM to its path.');
	return found;
}

export class Editor {
	private constructor(
		private readonly browser: Browser,
		private readonly page: Page,
		private readonly url: string,
		/** Pictures are only taken when asked for. */
		private readonly pictures: boolean,
	) {}

	/** Opens a browser (1280 wide, light theme) and logs in. */
	static async open(url: string, { pictures = false } = {}): Promise<Editor> {
		const browser = await chromium.launch({ executablePath: chromiumPath(), args: FLAGS });
		const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: 'light', locale: 'en-GB' });
		const page = await context.newPage();
		page.setDefaultTimeout(PATIENCE);
		page.setDefaultNavigationTimeout(PATIENCE);
		const editor = new Editor(browser, page, url, pictures);
		await page.goto(`${url}/signin`);
		await page.locator('input[name=emailOrLdapLoginId]').fill(owner.email);
		await page.locator('input[name=password]').fill(owner.password);
		await page.locator('[data-test-id=form-submit-button], button[type=submit]').first().click();
		await page.waitForURL(/home/);
		return editor;
	}

	async close(): Promise<void> {
		await this.browser.close();
	}

	private byId(id: string, within: Page | Locator = this.page): Locator {
		return within.locator(`[data-test-id="${id}"]`);
	}

	/** The open node. */
	private get node(): Locator {
		return this.byId('ndv');
	}

	/** The window of a credential, over the node. */
	private get credential(): Locator {
		return this.byId('editCredential-modal');
	}

	/** What the browser shows now, for README or for finding out why a check failed. */
	async picture(name: string, clip?: { x: number; y: number; width: number; height: number }): Promise<void> {
		if (!this.pictures) return;
		mkdirSync(picturesFolder, { recursive: true });
		await this.closePopUps();
		await this.page.mouse.move(640, 2);
		await this.page.waitForTimeout(600);
		const file = join(picturesFolder, `${name}.png`);
		await this.page.screenshot({ path: file, ...(clip === undefined ? {} : { clip }) });
		execFileSync('pngquant', ['--force', '--skip-if-larger', '--strip', '--quality=60-95', '--output', file, file]);
		const { size } = statSync(file);
		if (size > MOST_BYTES) throw new Error(`${name}.png has ${size} bytes`);
	}

	/** Pop-ups of earlier steps are no part of the moment. */
	private async closePopUps(): Promise<void> {
		const close = this.page.locator('.el-notification:visible .el-notification__closeBtn').first();
		while (await close.isVisible()) {
			await close.click({ timeout: 1_000 }).catch(() => {});
			await this.page.waitForTimeout(300);
		}
	}

	async snapshot(file: string): Promise<void> {
		await this.page.screenshot({ path: file }).catch(() => {});
	}

	// The canvas

	async newWorkflow(): Promise<void> {
		await this.page.goto(`${this.url}/workflow/new`);
		await this.byId('canvas-plus-button').waitFor();
	}

	/** The workflow's ... menu, *Import, From file*. */
	async importWorkflow(file: string): Promise<void> {
		await this.newWorkflow();
		await this.byId('workflow-menu').first().click();
		await this.page.getByText(/^Import/).first().hover();
		const [chooser] = await Promise.all([this.page.waitForEvent('filechooser'), this.page.getByText('From file', { exact: true }).click()]);
		await chooser.setFiles(file);
		await this.byId('canvas-node').first().waitFor();
		await this.fit();
	}

	/** The whole workflow on the screen. */
	private async fit(): Promise<void> {
		await this.byId('zoom-to-fit').first().click();
		await this.page.waitForTimeout(1_000);
	}

	/** Where the nodes and notes of the canvas stand on the screen, with what belongs to them. */
	async boxes(): Promise<Array<{ name: string; left: number; top: number; right: number; bottom: number }>> {
		const found = [];
		for (const node of await this.page.locator('.vue-flow__node').all()) {
			const box = await node.boundingBox();
			const name = (await node.locator('[data-node-name]').first().getAttribute('data-node-name').catch(() => null)) ?? (await node.innerText()).slice(0, 30);
			if (box) found.push({ name, left: box.x, top: box.y, right: box.x + box.width, bottom: box.y + box.height });
		}
		return found;
	}

	/** Opens a node of the canvas. */
	async openByName(name: string): Promise<void> {
		await this.page.locator(`[data-test-id=canvas-node][data-node-name="${name}"]`).first().dblclick();
		await this.byId('node-parameters', this.node).waitFor();
	}

	/** Switches a node of the canvas on or off. */
	async toggleNode(name: string): Promise<void> {
		await this.page.locator(`[data-test-id=canvas-node][data-node-name="${name}"]`).first().click();
		await this.page.keyboard.press('d');
		await this.page.waitForTimeout(500);
	}

	/** Chooses the credential of the open node, by its name. */
	async chooseCredential(name: string): Promise<void> {
		const option = this.page.locator('.el-select-dropdown__item:visible').filter({ hasText: name }).first();
		// While the node is drawn anew for another provider, a click is lost.
		for (let tries = 0; tries < 5 && !(await option.isVisible()); tries++) {
			await this.page.waitForTimeout(500);
			await this.byId('node-credentials-select', this.node).first().click();
			await option.waitFor({ timeout: PATIENCE / 5 }).catch(() => {});
		}
		await option.click();
		await this.page.waitForTimeout(500);
	}

	/** Presses *Execute workflow*. */
	async executeWorkflow(): Promise<void> {
		await this.closePopUps();
		await this.page.locator('[data-test-id=execute-workflow-button]:visible').first().click();
	}

	/** Waits for n8n's words on the whole run. */
	async executed(): Promise<string> {
		const notification = this.page.locator('.el-notification:visible').filter({ hasText: /executed|Problem|error/i }).first();
		await notification.waitFor();
		return await notification.innerText();
	}

	/** Runs the workflow and fills in the form that n8n opens for it in a window of its own. */
	async answerForm(fill: Record<string, string | { file: string }>, start: () => Promise<void>, beforeSending: () => void = () => {}): Promise<string> {
		const [form] = await Promise.all([this.page.context().waitForEvent('page', { timeout: PATIENCE }), start()]);
		await form.locator('form').waitFor();
		for (const [label, value] of Object.entries(fill)) {
			const field = form.locator('.form-group').filter({ hasText: label }).locator('input, textarea').first();
			await (typeof value === 'string' ? field.fill(value) : field.setInputFiles(value.file));
		}
		const shown = await form.locator('body').innerText();
		beforeSending();
		await form.locator('#submit-btn, button[type=submit]').first().click();
		await form.locator('.header, h1').filter({ hasText: /submitted|recorded|thank/i }).first().waitFor();
		await form.close();
		return shown;
	}

	/** Until something has happened elsewhere that the editor does not show. */
	async settled(done: () => boolean): Promise<void> {
		for (let waited = 0; !done() && waited < PATIENCE; waited += 500) await this.page.waitForTimeout(500);
	}

	/** Types the value of a field of *Edit Fields*. */
	async typeAssignment(index: number, value: string): Promise<void> {
		await this.byId('assignment', this.node).nth(index).locator('[data-test-id=assignment-value] input, [data-test-id=assignment-value] textarea, [data-test-id=assignment-value] [contenteditable]').first().fill(value);
		await this.page.waitForTimeout(300);
	}

	/** Nodes of ours on the canvas, marked since their credential is missing. */
	async nodesWithoutCredential(): Promise<string[]> {
		const marked = this.byId('canvas-node').filter({ has: this.page.locator('[data-test-id=node-issues]') });
		return await Promise.all((await marked.all()).map(async (node) => (await node.getAttribute('data-node-name')) ?? ''));
	}

	/** The whole workflow and nothing beside it. */
	async canvasPicture(name: string): Promise<void> {
		if (!this.pictures) return;
		const usual = this.page.viewportSize();
		await this.page.setViewportSize({ width: 1600, height: 1000 });
		await this.page.mouse.click(800, 850);
		await this.fit();
		const style = await this.page.addStyleTag({ content: '[data-test-id=canvas-controls], .el-notification, [data-test-id^=canvas-node-toolbar], .vue-flow__panel, [class*=executionButtons], [class*=actionsContainer] { visibility: hidden }' });
		const boxes = await this.boxes();
		const margin = 20;
		const left = Math.min(...boxes.map((box) => box.left)) - margin;
		const top = Math.min(...boxes.map((box) => box.top)) - margin;
		const width = Math.max(...boxes.map((box) => box.right)) + 2 * margin - left;
		// What is written under a node is no part of its box.
		const height = Math.min(Math.max(...boxes.map((box) => box.bottom)) + 4 * margin, 950) - top;
		await this.picture(name, { x: left, y: top, width, height });
		await style.evaluate((node) => (node instanceof Element ? node.remove() : undefined));
		if (usual) await this.page.setViewportSize(usual);
	}

	/** Opens a workflow with one of its nodes open. */
	async openNode(workflowId: string, nodeId: string): Promise<void> {
		await this.page.goto(`${this.url}/workflow/${workflowId}/${nodeId}`);
		await this.byId('node-parameters', this.node).waitFor();
	}

	/** The node creator, from an empty canvas or from the plus behind the last node. */
	async openNodeCreator(): Promise<void> {
		const plus = this.byId('canvas-plus-button').or(this.byId('canvas-handle-plus').last());
		await plus.first().click();
		await this.byId('node-creator-search-bar').waitFor();
	}

	/** Types into the node creator; gives the names of what it lists. */
	async search(text: string): Promise<string[]> {
		await this.byId('node-creator-search-bar').fill(text);
		await this.byId('node-creator-item-name').first().waitFor();
		return await this.listedNames();
	}

	/** What the node creator lists, once it has stopped moving. */
	private async listedNames(): Promise<string[]> {
		for (let before = ''; ; ) {
			await this.page.waitForTimeout(700);
			const names = (await this.byId('node-creator-item-name').allInnerTexts()).map((name) => name.trim());
			if (names.join() === before) return names;
			before = names.join();
		}
	}

	private listed(name: string): Locator {
		return this.byId('node-creator-item-name').filter({ hasText: exactly(name) });
	}

	/** Opens a node's own list in the node creator; gives its sentences, of triggers or of actions. */
	async sentences(node: string, kind: 'Triggers' | 'Actions'): Promise<string[]> {
		await this.listed(node).first().click();
		await this.page.getByText(/^(Triggers|Actions) \(\d+\)/).first().waitFor();
		// One of the two lists is open, which one depends on what the workflow has already.
		const isTrigger = (sentence: string) => sentence.startsWith('On ');
		for (const [heading, ours] of [['Triggers', isTrigger], ['Actions', (sentence: string) => !isTrigger(sentence)]] as const) {
			const isOpen = (await this.listedNames()).some(ours);
			if (isOpen !== (heading === kind)) await this.page.getByText(new RegExp(`^${heading} \\(\\d+\\)`)).first().click();
		}
		return await this.listedNames();
	}

	/** Picks an entry of the node creator and waits for the node that it opens. */
	async pick(sentence: string): Promise<void> {
		await this.listed(sentence).first().click();
		await this.byId('node-parameters', this.node).waitFor();
	}

	async closeNode(): Promise<void> {
		await this.byId('ndv-close-button').click();
		await this.node.waitFor({ state: 'hidden' });
	}

	// A node's fields

	private field(name: string, within: Locator = this.node): Locator {
		return this.byId(`parameter-input-${name}`, within).first();
	}

	async shows(name: string): Promise<boolean> {
		return await this.field(name).isVisible();
	}

	/** What a dropdown offers at this moment, by name. */
	async offers(name: string): Promise<string[]> {
		const options = await this.openDropdown(name);
		const names = (await options.allInnerTexts()).map((text) => text.trim().split('\n')[0] ?? '');
		await this.page.keyboard.press('Escape');
		await options.first().waitFor({ state: 'hidden' });
		return names;
	}

	private async openDropdown(name: string, within: Locator = this.node): Promise<Locator> {
		const options = this.page.locator('.el-select-dropdown__item:visible');
		// One that is still closing is not the one that is wanted.
		await options.first().waitFor({ state: 'hidden', timeout: PATIENCE / 5 }).catch(() => {});
		// A list that is still being loaded does not open.
		for (let tries = 0; tries < 5 && !(await options.first().isVisible()); tries++) {
			await this.field(name, within).click();
			await options.first().waitFor({ timeout: PATIENCE / 5 }).catch(() => {});
		}
		await options.first().waitFor();
		return options;
	}

	/** Chooses an option by its name. */
	async choose(name: string, option: string, within: Locator = this.node): Promise<void> {
		const options = await this.openDropdown(name, within);
		await options.filter({ has: this.page.getByText(option, { exact: true }) }).first().click();
		await this.page.waitForTimeout(300);
	}

	async type(name: string, text: string, within: Locator = this.node): Promise<void> {
		await this.field(name, within).locator('input, textarea').first().fill(text);
	}

	/** Adds an optional field, from whichever of the node's "Add Field" lists has it. */
	async add(field: string): Promise<void> {
		if (!(await this.canAdd(field, true))) throw new Error(`no list has the field "${field}"`);
	}

	/** Whether one of the node's "Add Field" lists has it. */
	async canAdd(field: string, take = false): Promise<boolean> {
		for (const list of await this.byId('collection-parameter-add', this.node).all()) {
			await list.click();
			const option = this.byId('collection-parameter-option').and(this.page.locator(':visible')).filter({ hasText: exactly(field) });
			await this.page.waitForTimeout(500);
			const found = await option.isVisible();
			if (found && take) {
				await option.click();
				await option.waitFor({ state: 'hidden' });
				await this.page.waitForTimeout(500);
			} else {
				await this.page.keyboard.press('Escape');
				await this.page.locator('.el-select-dropdown__item:visible').first().waitFor({ state: 'hidden' });
			}
			if (found) return true;
		}
		return false;
	}

	/** Puts a switch into the position that is wanted. */
	async turn(name: string, on: boolean): Promise<void> {
		const toggle = this.field(name).locator('[role=switch]').first();
		const isOn = async () => (await toggle.getAttribute('aria-checked')) === 'true' || (await toggle.isChecked().catch(() => false));
		if ((await isOn()) !== on) await this.field(name).locator('.el-switch, [role=switch]').first().click();
	}

	/** What a dropdown has chosen, by name. */
	async chosen(name: string): Promise<string> {
		return await this.field(name).locator('input').first().inputValue();
	}

	/** Chooses several options, by what their names begin with; gives the names. */
	async chooseSeveral(name: string, wanted: (names: string[]) => string[]): Promise<string[]> {
		const options = await this.openDropdown(name);
		const names = (await options.allInnerTexts()).map((text) => text.trim().split('\n')[0] ?? '');
		const chosen = wanted(names);
		for (const one of chosen) await options.filter({ has: this.page.getByText(one, { exact: true }) }).first().click();
		await this.page.keyboard.press('Escape');
		await this.page.waitForTimeout(300);
		return chosen;
	}

	/** Chooses "By ID" or "From List" at a resource locator. */
	async mode(name: string, mode: string): Promise<void> {
		await this.byId(`resource-locator-${name}`, this.node).locator('[data-test-id=rlc-mode-selector]').click();
		await this.page.locator('.el-select-dropdown__item:visible').filter({ hasText: exactly(mode) }).first().click();
		await this.page.waitForTimeout(300);
	}

	/** Types into a resource locator that takes an ID or an expression. */
	async typeId(name: string, value: string): Promise<void> {
		await this.byId(`resource-locator-${name}`, this.node).locator('[data-test-id=rlc-input] input, input[data-test-id=rlc-input], [data-test-id=rlc-input-container] input').last().fill(value);
		await this.page.waitForTimeout(300);
	}

	/** Types into the search of a resource locator's open list; gives what it then offers. */
	async searchList(text: string): Promise<string[]> {
		const items = this.byId('rlc-item').and(this.page.locator(':visible'));
		// The entries of before stay until the answer is there, however long that takes; what was asked before is not asked again.
		const answered = this.page.waitForResponse((response) => response.url().includes('/resource-locator-results') && (Object(response.request().postDataJSON()).filter ?? '') === text, { timeout: PATIENCE / 5 }).catch(() => undefined);
		await this.byId('rlc-search').and(this.page.locator(':visible')).locator('input').or(this.page.locator('input[data-test-id=rlc-search]:visible')).first().fill(text);
		const results: Array<{ name: string }> = Object(Object(await (await answered)?.json()).data).results ?? [];
		await (results[0] ? items.first().filter({ hasText: results[0].name }) : items.first()).waitFor();
		return (await items.allInnerTexts()).map((name) => name.trim());
	}

	/** What stands in the list of a resource locator in place of entries. */
	async listError(name: string): Promise<string> {
		await this.byId(`resource-locator-${name}`, this.node).locator('[data-test-id=rlc-input]').click();
		const box = this.byId('rlc-error-container').or(this.byId('rlc-item')).and(this.page.locator(':visible')).first();
		await box.waitFor();
		return await box.innerText();
	}

	/** Opens the list of a resource locator; gives what it offers. */
	async openList(name: string): Promise<string[]> {
		const items = this.byId('rlc-item').and(this.page.locator(':visible'));
		// A click while the node is still being drawn anew opens nothing.
		for (let tries = 0; tries < 5 && !(await items.first().isVisible()); tries++) {
			await this.byId(`resource-locator-${name}`, this.node).locator('[data-test-id=rlc-input]').click();
			await items.first().waitFor({ timeout: PATIENCE / 5 }).catch(() => {});
		}
		await items.first().waitFor();
		return (await items.allInnerTexts()).map((text) => text.trim());
	}

	async pickFromList(text: string): Promise<void> {
		await this.byId('rlc-item').and(this.page.locator(':visible')).filter({ hasText: text }).first().click();
	}

	/** Drags a field of the input panel onto a field of the node. */
	async drag(field: string, onto: string): Promise<void> {
		await this.byId('ndv-input-panel', this.node).locator(`[data-name="${field}"][data-target=mappable]`).first().scrollIntoViewIfNeeded();
		const pill = this.byId('ndv-input-panel', this.node).locator(`[data-name="${field}"][data-target=mappable]`).first();
		const from = await pill.boundingBox();
		const locator = this.byId(`resource-locator-${onto}`, this.node);
		const target = (await locator.count()) > 0 ? locator.locator('input').last() : this.field(onto).locator('input, textarea').first();
		await target.scrollIntoViewIfNeeded();
		const to = await target.boundingBox();
		if (!from || !to) throw new Error(`${from ? onto : field} is not there`);
		await this.page.mouse.move(from.x + 10, from.y + from.height / 2);
		await this.page.mouse.down();
		await this.page.mouse.move(to.x + 40, to.y + to.height / 2, { steps: 15 });
		await this.page.waitForTimeout(300);
		await this.page.mouse.move(to.x + 42, to.y + to.height / 2);
		await this.page.mouse.up();
		await this.page.waitForTimeout(500);
	}

	async closeList(): Promise<void> {
		await this.page.keyboard.press('Escape');
		await this.byId('node-parameters', this.node).click({ position: { x: 5, y: 5 } });
	}

	/** What a resource locator holds, by its name in the list. */
	async picked(name: string): Promise<string> {
		return await this.byId(`resource-locator-${name}`, this.node).locator('input').last().inputValue();
	}

	/** Whether a resource locator empties by itself, after what it depends on has changed. */
	async becomesEmpty(name: string): Promise<boolean> {
		for (let tries = 0; tries < 20; tries++) {
			if ((await this.picked(name)) === '') return true;
			await this.page.waitForTimeout(500);
		}
		return false;
	}

	/** All that the open node says, to look for a sentence in it. */
	async text(): Promise<string> {
		return await this.node.innerText();
	}

	// Credentials

	async connect(): Promise<void> {
		await this.byId('node-credentials-slot', this.node).getByRole('button').first().click();
		await this.credential.waitFor();
	}

	async editCredential(): Promise<void> {
		await this.byId('credential-edit-button', this.node).click();
		await this.credential.waitFor();
	}

	async fillCredential(fields: Record<string, string>, choices: Record<string, string> = {}): Promise<void> {
		for (const [name, option] of Object.entries(choices)) await this.choose(name, option, this.credential);
		for (const [name, value] of Object.entries(fields)) await this.type(name, value, this.credential);
	}

	async saveCredential(): Promise<void> {
		await this.byId('credential-save-button', this.credential).click();
	}

	/** The verdict of the credential's test with its details, once it is there. */
	async verdict(): Promise<string> {
		const banner = this.credential.getByText(/Couldn.t connect with these settings|Connection tested successfully/).first();
		await banner.waitFor();
		const more = this.credential.getByText('More details');
		if (await more.isVisible()) await more.click();
		return await this.credential.innerText();
	}

	async credentialIsSaved(): Promise<void> {
		await this.credential.waitFor({ state: 'hidden' });
	}

	async closeCredential(): Promise<void> {
		await this.credential.locator('.el-dialog__headerbtn, button[aria-label=Close], button[aria-label=close]').first().click();
		await this.credential.waitFor({ state: 'hidden' });
	}

	// Running

	/** Presses the node's button and waits for what comes out, be it items or an error; gives the output panel's text. */
	async run(): Promise<string> {
		await this.byId('node-execute-button', this.node).first().click();
		const panel = this.byId('output-panel', this.node);
		await panel.locator('[data-test-id=node-run-info], [data-test-id=node-run-status-success], [data-test-id=node-run-status-danger], [data-test-id=node-error-message]').first().waitFor();
		await this.page.waitForTimeout(500);
		return await panel.innerText();
	}

	/** Presses the node's button where n8n itself refuses to begin; gives what it says. */
	async refusedToRun(): Promise<string> {
		await this.byId('node-execute-button', this.node).first().click();
		const notification = this.page.locator('.el-notification:visible').first();
		await notification.waitFor();
		return await notification.innerText();
	}

	/** The output as a table: its column heads and rows. */
	async outputTable(): Promise<{ heads: string[]; rows: string[][] }> {
		const panel = this.byId('output-panel', this.node);
		await this.byId('radio-button-table', panel).click();
		await panel.locator('table tbody tr').first().waitFor();
		const heads = (await panel.locator('table thead th').allInnerTexts()).map((text) => text.trim()).filter(Boolean);
		const rows = await Promise.all((await panel.locator('table tbody tr').all()).map(async (row) => (await row.locator('td').allInnerTexts()).map((text) => text.trim())));
		return { heads, rows: rows.filter((cells) => cells.some(Boolean)) };
	}

	/** Shows the output's first item as a tree of fields. */
	async outputFields(): Promise<void> {
		await this.byId('radio-button-schema', this.byId('output-panel', this.node)).click();
	}

	/** Names of the fields that the input panel promises before anything ran. */
	async previewedFields(): Promise<string[]> {
		const panel = this.byId('ndv-input-panel', this.node);
		await this.byId('schema-preview-warning', panel).waitFor();
		return (await this.byId('run-data-schema-item', panel).allInnerTexts()).map((text) => text.trim().split('\n')[0] ?? '');
	}

	/** The address that a webhook trigger shows under "Production URL". */
	async productionUrl(): Promise<string> {
		const production = this.node.getByText('Production URL', { exact: true }).first();
		const heading = this.node.getByText('Webhook URLs', { exact: true }).first();
		await production.or(heading).first().waitFor();
		if (!(await production.isVisible())) await heading.click();
		await production.click();
		const address = this.node.getByText(/https?:\/\/\S+\/webhook\/\S+/).first();
		await address.waitFor();
		return (await address.innerText()).trim();
	}
}

function exactly(text: string): RegExp {
	return new RegExp(`^\\s*${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`);
}
