import { html, type Html } from './html';

/** An entry of a list of facts; nothing when there is no value. */
export const fact = (name: Html | string, value: Html | string | false | undefined): Html | false =>
  Boolean(value) &&
  html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;
