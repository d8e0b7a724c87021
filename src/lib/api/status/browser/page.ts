import { callTheApi } from './buttons';
import { takeKeyAlong } from './key';
import { offerOlderRuns } from './older-runs';
import { keepLooking } from './refresh';
import { sendResyncs } from './resync';

/*
 * What a page does in the browser: it asks for its changing parts again, and puts in what is different, so that
 * nothing flickers, and focus and selection stay; its buttons call the API with the key that opened the page, and its
 * links take the key along.
 */
document.documentElement.classList.add('js');
takeKeyAlong();
callTheApi();
sendResyncs();
offerOlderRuns();
keepLooking();
