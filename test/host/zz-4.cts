import { readFileSync } from 'node:fs';
import { Editor } from './browserPage.cts';
void (async () => {
	const { url, accounts } = JSON.parse(readFileSync('/tmp/zz.json', 'utf8'));
	const editor = await Editor.open(url);
	const page = (editor as any).page;
	const id = (x: string) => page.locator(`[data-test-id="${x}"]`);
	let n = 0;
	const shot = async (what: string) => { await page.waitForTimeout(1200); const f = `/tmp/zz4-${String(++n).padStart(2, '0')}-${what}.png`; await editor.snapshot(f); console.log(f); };
	try {
		await page.goto(`${url}/settings/community-nodes`); await page.waitForTimeout(4000); await shot('community');
		await page.goto(`${url}/home/credentials`); await page.waitForTimeout(4000); await shot('credentials');
		await page.getByRole('button', { name: /Create credential|Add first credential/ }).first().click(); await page.waitForTimeout(1500); await shot('create-credential');
		await page.keyboard.type('Kombo'); await page.waitForTimeout(1200); await shot('create-credential-kombo');
		await page.keyboard.press('Enter'); await page.waitForTimeout(500);
		const cont = page.getByRole('button', { name: 'Continue' }); if (await cont.isVisible()) await cont.click();
		await page.waitForTimeout(1000);
		const { baseUrl, apiKey, integrationId } = accounts.komboApi;
		await editor.fillCredential({ baseUrl, apiKey, integrationId }, { region: 'Custom Base URL' });
		await editor.saveCredential(); await page.waitForTimeout(3000);
		await shot('credential-saved');
		if (await id('editCredential-modal').isVisible()) await page.keyboard.press('Escape');
		await editor.newWorkflow(); await editor.openNodeCreator(); await editor.search('ATS Trigger'); await shot('search-ats-trigger');
		console.log((await (editor as any).listedNames()).join(' | '));
		await editor.search('ATS'); 
		console.log((await editor.sentences('ATS', 'Triggers')).join(' | ')); await shot('ats-triggers');
	} catch (e) { console.log(e); await shot('fail'); }
	await editor.close();
})();
