// What an operator is woken for. The rules read the app's own log lines, which it writes at level info and above.
param nameSuffix string
param location string
param tags object
param workspaceId string
@description('Empty: alerts are raised, and nobody is written to.')
param email string
param watermarkMaxAgeMinutes int

resource operators 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-${nameSuffix}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'lmsbridge'
    enabled: true
    emailReceivers: empty(email) ? [] : [
      { name: 'operators', emailAddress: email, useCommonAlertSchema: true }
    ]
  }
}

// A line is one JSON object; the quick `has` spares the parsing of all others.
var parsed = 'extend line = parse_json(Message)'
var feed = 'extend lmsSource = tostring(line["source"]), feedKind = tostring(line["kind"])'
var lines = {
  runEnded: 'AppTraces | where Message has "run ended" | ${parsed} | where tostring(line["message"]) == "run ended" | ${feed}'
  watermark: 'AppTraces | where Message has "feed watermark" | ${parsed} | where tostring(line["message"]) == "feed watermark" | ${feed}'
  abandoned: 'AppTraces | where Message has "message abandoned" | ${parsed} | where tostring(line["message"]) == "message abandoned"'
  swept: 'AppTraces | where Message has "sweep done" | ${parsed} | where tostring(line["message"]) == "sweep done"'
}

var byFeed = [
  { name: 'lmsSource', operator: 'Include', values: ['*'] }
  { name: 'feedKind', operator: 'Include', values: ['*'] }
]

var rules = [
  {
    name: 'run-failed'
    title: 'A run failed'
    description: 'GET /api/runs?state=failed says why; POST /api/resync starts another.'
    severity: 1
    query: '${lines.runEnded} | where tostring(line["state"]) == "failed"'
    window: 'PT15M'
    operator: 'GreaterThan'
    threshold: 0
    dimensions: byFeed
  }
  {
    name: 'watermark-old'
    title: 'A watermark is old'
    description: 'A feed has not been delivered for longer than allowed: GET /api/watermarks and GET /api/runs.'
    severity: 2
    query: '${lines.watermark} | extend lagSeconds = tolong(line["lagSeconds"]) | summarize arg_max(TimeGenerated, lagSeconds) by lmsSource, feedKind | where lagSeconds > ${watermarkMaxAgeMinutes * 60}'
    window: 'PT30M'
    operator: 'GreaterThan'
    threshold: 0
    dimensions: byFeed
  }
  {
    name: 'message-abandoned'
    title: 'A message went to a poison queue'
    description: 'A part of a run, an event or rows of enrolments failed five times and were given up; the log says which.'
    severity: 2
    query: lines.abandoned
    window: 'PT15M'
    operator: 'GreaterThan'
    threshold: 0
    dimensions: []
  }
  {
    name: 'no-sweep'
    title: 'No sweep for 15 minutes'
    description: 'The app does not run, or cannot reach its storage: GET /api/health and the log stream.'
    severity: 1
    query: lines.swept
    window: 'PT15M'
    operator: 'LessThan'
    threshold: 1
    dimensions: []
  }
]

resource rule 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for entry in rules: {
    name: '${entry.name}-${nameSuffix}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: 'LMS Bridge: ${entry.title}'
      description: entry.description
      enabled: true
      severity: entry.severity
      scopes: [workspaceId]
      evaluationFrequency: 'PT5M'
      windowSize: entry.window
      autoMitigate: true
      // The table fills only after the first deployment.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: entry.query
            timeAggregation: 'Count'
            operator: entry.operator
            threshold: entry.threshold
            dimensions: entry.dimensions
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: [operators.id] }
    }
  }
]
