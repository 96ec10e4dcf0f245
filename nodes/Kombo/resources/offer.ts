import { id } from '../../../lib/action/field';
import type { Resource } from '../../../lib/action/operation';
import type { KomboApi } from '../api';
import { simpleOffer } from '../models';
import { reads } from './shared/records';

/** https://docs.kombo.dev/ats/v1/get-offers */
export const offer: Resource<KomboApi> = {
	name: 'Offer',
	value: 'offer',
	description: 'What a candidate was offered for a job',
	operations: reads({
		one: 'offer',
		many: 'offers',
		a: 'an offer',
		path: '/ats/offers',
		idField: id('id', { displayName: 'Offer ID', placeholder: '76bab5cRhdYgk5pXLEG8CKjd', description: 'Offer, Get Many lists them' }),
		about: 'An offer has its status, its start date, and the candidate and job it is about. Kombo tells no salary and takes no changes.',
		...simpleOffer,
	}),
};
