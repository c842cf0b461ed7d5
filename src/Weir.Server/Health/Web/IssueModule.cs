using Microsoft.AspNetCore.Http;
using Weir.Health;
using Weir.Health.Scanning;
using Weir.Server.Http;
using Weir.Server.Security;

namespace Weir.Server.Health.Web;

/// <summary>What is wrong now. Format: docs/health-api.md.</summary>
internal sealed class IssueModule : IApiModule
{
    private const int DefaultLimit = 100;
    private const int MostListed = 1000;

    private readonly HealthCalls _calls;

    public IssueModule(HealthCalls calls)
    {
        _calls = calls;
        Routes =
        [
            new("GET", "/admin/issues", AccessRole.Viewer, "What is wrong now, in the order in which it was detected.", HealthCalls.Look(ListAsync))
            {
                Tag = HealthSchemas.Tag, OperationId = "listIssues",
                Parameters =
                [
                    new("bucket", "query", ApiParameter.Text, "Of this bucket."), new("prefix", "query", ApiParameter.Text, "Of keys that begin with this."),
                    new("issue_type", "query", """{"enum":["MissingShards","CorruptShards","MetadataInconsistent","SubQuorum","OrphanData","Misplaced","ForeignDrive","LegacyFormat","DriveFailure"]}""", "Of this type."),
                    new("severity", "query", """{"enum":["Low","Medium","High","Critical"]}""", "This bad, or worse."),
                    new("drive", "query", ApiParameter.Text, "Found on this drive."), new("incident_id", "query", ApiParameter.Text, "Of this incident."),
                    new("after", "query", ApiParameter.Text, "Those behind this issue: what the page before gave as next."), new("limit", "query", ApiParameter.Integer, $"At most so many ({DefaultLimit}; {MostListed} at most)."),
                ],
                Responses = [HealthSchemas.Ok("The issues.", HealthSchemas.List("issues", HealthSchemas.Issue)), HealthSchemas.Malformed, HealthSchemas.Stopped],
            },
            new("GET", "/admin/issues/{issue_id}", AccessRole.Viewer, "One issue.", HealthCalls.Look(InfoAsync))
            {
                Tag = HealthSchemas.Tag, OperationId = "getIssue", Parameters = [new("issue_id", "path", ApiParameter.Text, "Its id.")],
                Responses = [HealthSchemas.Ok("The issue.", HealthSchemas.Issue), ApiResponse.Error(404, "There is no such issue, or it was cleared."), HealthSchemas.Stopped],
            },
        ];
    }

    public IReadOnlyList<ApiRoute> Routes { get; }

    private Task ListAsync(HttpContext context)
    {
        HealthParameters.ThrowIfUnknown(context, "bucket", "prefix", "issue_type", "severity", "drive", "incident_id", "after", "limit");
        var query = new IssueQuery
        {
            Bucket = HealthParameters.Text(context, "bucket"),
            Prefix = HealthParameters.Text(context, "prefix"),
            Type = HealthParameters.Choice<IssueType>(context, "issue_type"),
            LeastSeverity = HealthParameters.Choice<Severity>(context, "severity"),
            Drive = HealthParameters.Text(context, "drive"),
            IncidentId = HealthParameters.Text(context, "incident_id"),
            After = HealthParameters.Text(context, "after"),
            Limit = HealthParameters.Integer(context, "limit", DefaultLimit, 1, MostListed),
        };
        IIssues issues = _calls.Parts.Issues;
        IssuePage page = issues.Query(query);
        return _calls.AnswerAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("issues"u8);
            foreach (HealthIssue issue in page.Issues) IssueJson.WriteWhole(json, issue);
            json.WriteEndArray();
            json.WriteNumber("total"u8, page.Total);
            json.WriteString("next"u8, page.Next);
            json.WriteStartObject("open_by_severity"u8);
            foreach (Severity severity in Enum.GetValues<Severity>()) json.WriteNumber(severity.ToString(), issues.OpenBySeverity.GetValueOrDefault(severity));
            json.WriteEndObject();
            json.WriteStartObject("open_by_type"u8);
            foreach (IssueType type in Enum.GetValues<IssueType>()) json.WriteNumber(type.ToString(), issues.OpenByType.GetValueOrDefault(type));
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    private Task InfoAsync(HttpContext context)
    {
        string id = HealthCalls.IdOf(context, "issue_id");
        HealthIssue issue = _calls.Parts.Issues.Find(id) ?? throw HealthCalls.Missing("issue", id, "it was cleared, or never was; /admin/issues lists those that stand.");
        return _calls.AnswerAsync(context, json => IssueJson.WriteWhole(json, issue));
    }
}
