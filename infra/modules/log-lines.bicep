// The app's log in the table AppTraces: a line is one JSON object, written at level info and above.

@export()
@description('The lines with this message, told apart by their feed. The quick `has` spares the parsing of all others.')
func linesOf(message string) string =>
  'AppTraces | where Message has "${message}" | extend line = parse_json(Message) | where tostring(line["message"]) == "${message}" | extend lmsSource = tostring(line["source"]), feedKind = tostring(line["kind"]), feedDestination = tostring(line["destination"])'

@export()
var feedColumns = ['lmsSource', 'feedKind', 'feedDestination']
