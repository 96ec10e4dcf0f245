import type { Application } from '../../model';

/**
 * A row with what its details add. What both tell is the row's: the row is what is compared and remembered, and details may be some
 * seconds older or newer.
 */
export function complete(row: Application, details: Application): Application {
	return {
		...row,
		info: row.info && details.info ? { ...fill(row.info, details.info), candidate: fillOrNull(row.info.candidate, details.info.candidate) } : (row.info ?? details.info),
		currentStage: fillOrNull(row.currentStage, details.currentStage),
		interviews: fillList(row.interviews, details.interviews),
		rejection: row.rejection && details.rejection ? fill(row.rejection, details.rejection) : row.rejection,
		offers: fillList(row.offers, details.offers),
		attachments: row.attachments ?? details.attachments,
	};
}

function fill<Part extends object>(own: Part, more: Part): Part {
	// Whoever copies a row and puts more beside it.
	if (own === more) return own;
	const filled = { ...own, ...more };
	for (const key in own) if (own[key] !== null && own[key] !== undefined && own[key] !== 'NOT_SPECIFIED') filled[key] = own[key];
	return filled;
}

function fillOrNull<Part extends object>(own: Part | null, more: Part | null): Part | null {
	return own && more ? fill(own, more) : (own ?? more);
}

function fillList<Part extends { id: string | null }>(own: Part[] | null, more: Part[] | null): Part[] | null {
	if (!own || !more) return own ?? more;
	const byId = new Map(more.map((part) => [part.id, part]));
	return own.map((part) => {
		const found = part.id === null ? undefined : byId.get(part.id);
		return found ? fill(part, found) : part;
	});
}
