import { readFileSync } from 'node:fs';
import { Editor } from './browserPage.cts';
void (async () => {
	const { url } = JSON.parse(readFileSync('/tmp/zz.json', 'utf8'));
	const editor = await Editor.open(url);
	const page = (editor as any).page;
	const id = (x: string) => page.locator(`[data-test-id="${x}"]`);
	let n = 20;
	const shot = async (what: string) => { await page.waitForTimeout(1200); const f = `/tmp/zz4-${String(++n).padStart(2, '0')}-${what}.png`; await editor.snapshot(f); console.log(f); };
	try {
		await editor.newWorkflow(); await editor.openNodeCreator(); await editor.search('ATS'); await editor.sentences('ATS', 'Triggers');
		await editor.pick('On activity recorded'); await shot('activity-recorded'); console.log(await editor.text());
		await editor.newWorkflow(); await editor.openNodeCreator(); await editor.search('ATS'); await editor.sentences('ATS', 'Triggers');
		await editor.pick('On application stage changed'); await shot('trigger-open');
		await editor.run(); await shot('trigger-ran');
		await editor.closeNode(); await shot('canvas');
		await editor.openNodeCreator(); await editor.search('Kombo'); console.log((await editor.sentences('Kombo', 'Actions')).slice(0, 5));
		await editor.pick('Add a note to an application'); await shot('note-open');
		const from = page.locator('[data-test-id=ndv-input-panel] [data-test-id=run-data-schema-item]').filter({ hasText: 'applicationId' }).locator('.pill, [data-name], span').first();
		await page.locator('[data-test-id=ndv-input-panel]').getByText('applicationId', { exact: true }).first().hover();
		await page.mouse.down(); await page.mouse.move(600, 300, { steps: 5 });
		const box = await page.locator('[data-test-id=resource-locator-applicationId]').first().boundingBox(); console.log(box);
		await page.mouse.move(box.x + box.width * .7, box.y + box.height / 2, { steps: 8 }); await shot('dragging'); await page.mouse.up();
		await shot('dragged');
		await page.locator('[data-test-id="parameter-input-content"] textarea, [data-test-id="parameter-input-content"] input').first().fill('Moved, says n8n');
		await editor.run(); await shot('note-ran');
		await editor.closeNode();
		await page.getByRole('button', { name: 'Publish' }).first().click(); await shot('publish');
	} catch (e) { console.log(e); await shot('fail'); }
	await editor.close();
})();
