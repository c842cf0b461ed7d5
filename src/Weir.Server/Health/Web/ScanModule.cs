using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Weir.Health;
using Weir.Health.Scanning;
using Weir.Server.Http;
using Weir.Server.Security;

namespace Weir.Server.Health.Web;

/// <summary>Scans: started, watched, paused, resumed, cancelled. Format: docs/health-api.md.</summary>
internal sealed class ScanModule : IApiModule
{
    /// <summary>A status has so many issues; the others are at <c>/issues</c>.</summary>
    private const int IssuesInStatus = 100;

    private const int DefaultLimit = 100;
    private const int MostListed = 1000;

    private readonly HealthCalls _calls;

    public ScanModule(HealthCalls calls)
    {
        _calls = calls;
        ApiParameter id = new("scan_id", "path", ApiParameter.Text, "The scan's id.");
        ApiParameter offset = new("offset", "query", ApiParameter.Integer, "Leave out so many.");
        ApiParameter limit = new("limit", "query", ApiParameter.Integer, $"At most so many ({DefaultLimit}; {MostListed} at most).");
        ApiResponse missing = ApiResponse.Error(404, "There is no such scan.");
        ApiResponse detail = HealthSchemas.Ok("How it is now.", HealthSchemas.ScanDetail);
        ApiResponse conflict = ApiResponse.Error(409, "It is in a state that does not allow it.");
        Routes =
        [
            new("POST", "/admin/scan/start", AccessRole.Operator, "Starts a scan.", calls.Change(StartAsync))
            {
                Tag = HealthSchemas.Tag, OperationId = "startScan", RequestSchema = HealthSchemas.ScanRequest,
                Responses =
                [
                    HealthSchemas.Ok("It is taken in, durably.", HealthSchemas.ScanStarted), HealthSchemas.Malformed,
                    ApiResponse.Error(409, "scan_already_running: the same runs or waits. scan_overlap: one that covers it does."), HealthSchemas.Wrong, HealthSchemas.TooMany, HealthSchemas.Stopped,
                ],
            },
            new("GET", "/admin/scans", AccessRole.Viewer, "The scans that are known, newest first.", HealthCalls.Look(ListAsync))
            {
                Tag = HealthSchemas.Tag, OperationId = "listScans",
                Parameters = [new("status", "query", HealthSchemas.ScanState, "Those in this state."), new("incident_id", "query", ApiParameter.Text, "Those of this incident."), offset, limit],
                Responses = [HealthSchemas.Ok("The scans.", HealthSchemas.List("scans", HealthSchemas.ScanDetail)), HealthSchemas.Malformed, HealthSchemas.Stopped],
            },
            new("GET", "/admin/scan/{scan_id}", AccessRole.Viewer, "Everything about a scan.", HealthCalls.Look(InfoAsync))
            {
                Tag = HealthSchemas.Tag, OperationId = "getScan", Parameters = [id], Responses = [detail, missing, HealthSchemas.Stopped],
            },
            new("GET", "/admin/scan/{scan_id}/status", AccessRole.Viewer, $"How a scan goes, with the first {IssuesInStatus} of its issues.", HealthCalls.Look(StatusAsync))
            {
                Tag = HealthSchemas.Tag, OperationId = "getScanStatus", Parameters = [id], Responses = [HealthSchemas.Ok("How it goes.", HealthSchemas.ScanStatus), missing, HealthSchemas.Stopped],
            },
            new("GET", "/admin/scan/{scan_id}/issues", AccessRole.Viewer, "The issues that a scan found, oldest first.", HealthCalls.Look(IssuesAsync))
            {
                Tag = HealthSchemas.Tag, OperationId = "getScanIssues", Parameters = [id, offset, limit],
                Responses = [HealthSchemas.Ok("The issues.", HealthSchemas.List("issues", HealthSchemas.Issue)), HealthSchemas.Malformed, missing, HealthSchemas.Stopped],
            },
            new("POST", "/admin/scan/{scan_id}/pause", AccessRole.Operator, "Stops a scan where it is.", calls.Change(PauseAsync))
            {
                Tag = HealthSchemas.Tag, OperationId = "pauseScan", Parameters = [id],
                RequestSchema = """{"type":"object","additionalProperties":false,"properties":{"resume_after":{"type":"string","description":"It goes on by itself after this, as 30m."}}}""",
                Responses = [detail, HealthSchemas.Malformed, missing, conflict, HealthSchemas.Wrong, HealthSchemas.TooMany, HealthSchemas.Stopped],
            },
            new("POST", "/admin/scan/{scan_id}/resume", AccessRole.Operator, "Lets a paused scan go on.", calls.Change(context => ActAsync(context, (scans, scan) => scans.ResumeAsync(scan, context.RequestAborted))))
            {
                Tag = HealthSchemas.Tag, OperationId = "resumeScan", Parameters = [id], Responses = [detail, missing, conflict, HealthSchemas.TooMany, HealthSchemas.Stopped],
            },
            new("POST", "/admin/scan/{scan_id}/cancel", AccessRole.Operator, "Ends a scan.", calls.Change(context => ActAsync(context, (scans, scan) => scans.CancelAsync(scan, context.RequestAborted))))
            {
                Tag = HealthSchemas.Tag, OperationId = "cancelScan", Parameters = [id], Responses = [detail, missing, conflict, HealthSchemas.TooMany, HealthSchemas.Stopped],
            },
        ];
    }

    public IReadOnlyList<ApiRoute> Routes { get; }

    private async Task StartAsync(HttpContext context)
    {
        using JsonDocument body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        ScanRequest request = ScanRequestReader.Read(body.RootElement) with { Reason = $"api: {ApiPipeline.CallerOf(context).Name}" };
        HealthParts parts = _calls.Parts;
        ScanStatus started = await parts.Scans.StartAsync(request, context.RequestAborted).ConfigureAwait(false);
        bool waits = started.State == ScanState.Queued && parts.Scans.List().Count(scan => scan.State == ScanState.Scanning && scan.Id != started.Id) >= _calls.System.Policies.Scan.ConcurrentScanners;
        await _calls.AnswerAsync(context, json => ScanJson.WriteStarted(json, started, waits)).ConfigureAwait(false);
    }

    private Task ListAsync(HttpContext context)
    {
        HealthParameters.ThrowIfUnknown(context, "status", "incident_id", "offset", "limit");
        ScanState? state = HealthParameters.Choice<ScanState>(context, "status");
        string? incident = HealthParameters.Text(context, "incident_id");
        (int offset, int limit) = Page(context);
        ScanStatus[] all = [.. _calls.Parts.Scans.List().Where(scan => (state is null || scan.State == state) && (incident is null || scan.Request.IncidentId == incident))];
        return _calls.AnswerAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("scans"u8);
            foreach (ScanStatus scan in all.Skip(offset).Take(limit)) ScanJson.WriteDetail(json, scan);
            json.WriteEndArray();
            json.WriteNumber("total"u8, all.Length);
            json.WriteEndObject();
        });
    }

    private Task InfoAsync(HttpContext context)
    {
        ScanStatus scan = Find(context);
        return _calls.AnswerAsync(context, json => ScanJson.WriteDetail(json, scan));
    }

    private Task StatusAsync(HttpContext context)
    {
        ScanStatus scan = Find(context);
        IReadOnlyList<HealthIssue> issues = _calls.Parts.Scans.Issues(scan.Id, 0, IssuesInStatus);
        return _calls.AnswerAsync(context, json => ScanJson.WriteStatus(json, scan, issues));
    }

    private Task IssuesAsync(HttpContext context)
    {
        HealthParameters.ThrowIfUnknown(context, "offset", "limit");
        ScanStatus scan = Find(context);
        (int offset, int limit) = Page(context);
        IReadOnlyList<HealthIssue> issues = _calls.Parts.Scans.Issues(scan.Id, offset, limit);
        return _calls.AnswerAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("issues"u8);
            foreach (HealthIssue issue in issues) IssueJson.WriteWhole(json, issue);
            json.WriteEndArray();
            json.WriteNumber("total"u8, scan.IssuesDetected);
            json.WriteEndObject();
        });
    }

    private async Task PauseAsync(HttpContext context)
    {
        using JsonDocument body = await RequestBody.ReadAsync(context, mayBeEmpty: true).ConfigureAwait(false);
        var request = new RequestObject(body.RootElement);
        TimeSpan? after = request.Duration("resume_after", TimeSpan.FromSeconds(1), TimeSpan.FromDays(3650));
        request.ThrowIfUnknown();
        await ActAsync(context, (scans, id) => scans.PauseAsync(id, after, context.RequestAborted)).ConfigureAwait(false);
    }

    private async Task ActAsync(HttpContext context, Func<IScans, string, Task<ScanStatus>> act)
    {
        ScanStatus scan = await act(_calls.Parts.Scans, Find(context).Id).ConfigureAwait(false);
        await _calls.AnswerAsync(context, json => ScanJson.WriteDetail(json, scan)).ConfigureAwait(false);
    }

    private ScanStatus Find(HttpContext context)
    {
        string id = HealthCalls.IdOf(context, "scan_id");
        return _calls.Parts.Scans.Find(id) ?? throw HealthCalls.Missing("scan", id, "/admin/scans lists those that are known.");
    }

    private static (int Offset, int Limit) Page(HttpContext context) =>
        (HealthParameters.Integer(context, "offset", 0, 0, int.MaxValue), HealthParameters.Integer(context, "limit", DefaultLimit, 1, MostListed));
}
