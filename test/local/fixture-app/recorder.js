/** What happened in the app, for `GET /api/seen`. */
const events = [];

module.exports = {
  events,
  record: (what, detail) => void events.push({ what, at: Date.now(), ...detail }),
};
