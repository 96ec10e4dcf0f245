/**
 * What n8n-core reads from the environment when it is first loaded. Import this before anything of n8n-core.
 * It writes an encryption key and binary files into its user folder, so each test process gets one of its own, empty for each file.
 */
import 'reflect-metadata';

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** n8n-core outlives a test file, and remembers its folder. */
export const userFolder = (process.env[`N8N_ATS_FOLDER_OF_${process.pid}`] ??= mkdtempSync(join(tmpdir(), 'n8n-ats-engine-')));
mkdirSync(userFolder, { recursive: true });

process.env.N8N_USER_FOLDER = userFolder;
process.env.N8N_DEFAULT_BINARY_DATA_MODE = 'filesystem';
process.env.N8N_BINARY_DATA_STORAGE_PATH = join(userFolder, 'binaryData');
process.env.N8N_ENFORCE_SETTINGS_FILE_PERMISSIONS = 'false';
process.env.N8N_LOG_LEVEL = 'silent';

const removeUserFolder = () => rmSync(userFolder, { recursive: true, force: true });
if (typeof afterAll === 'function') afterAll(removeUserFolder);
else process.once('exit', removeUserFolder);
