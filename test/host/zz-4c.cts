import { readFileSync, writeFileSync } from 'node:fs';
import { Editor } from './browserPage.cts';
void (async () => {
	const { url } = JSON.parse(readFileSync('/tmp/zz.json', 'utf8'));
	const editor = await Editor.open(url);
	const page = (editor as any).page;
	let n = 40;
	const shot = async (what: string) => { await page.waitForTimeout(1200); const f = `/tmp/zz4-${String(++n).padStart(2, '0')}-${what}.png`; await editor.snapshot(f); console.log(f); };
	try {
		await page.goto(`${url}/home/workflows`); await page.waitForTimeout(3000);
		await page.getByText('My workflow 5', { exact: true }).first().click(); await page.waitForTimeout(3000);
		await page.getByRole('button', { name: 'Publish' }).first().click(); await page.waitForTimeout(1000);
		await page.getByRole('button', { name: 'Publish' }).last().click(); await shot('published');
		console.log(new Date().toISOString(), 'published');
		for (let i = 0; i < 8; i++) { await page.waitForTimeout(20_000); writeFileSync('/tmp/zz.step', ''); }
		await page.waitForTimeout(70_000);
		console.log(new Date().toISOString());
		await page.getByText('Executions', { exact: true }).first().click(); await page.waitForTimeout(3000); await shot('executions');
		console.log((await page.locator('[data-test-id="current-executions-list"], [data-test-id="executions-sidebar"]').first().innerText().catch(() => '')).slice(0, 800));
	} catch (e) { console.log(e); await shot('fail'); }
	await editor.close();
})();
