using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Weir.Health;
using Weir.Health.Healing;
using Weir.Server.Http;
using Weir.Server.Security;

namespace Weir.Server.Health.Web;

/// <summary>Repairs: asked for, watched, taken back, tried again. Format: docs/health-api.md.</summary>
internal sealed class HealModule : IApiModule
{
    private const int DefaultLimit = 100;
    private const int MostListed = 1000;

    private readonly HealthCalls _calls;

    public HealModule(HealthCalls calls)
    {
        _calls = calls;
        ApiParameter id = new("heal_request_id", "path", ApiParameter.Text, "The repair's id.");
        ApiParameter offset = new("offset", "query", ApiParameter.Integer, "Leave out so many.");
        ApiParameter limit = new("limit", "query", ApiParameter.Integer, $"At most so many ({DefaultLimit}; {MostListed} at most).");
        ApiResponse missing = ApiResponse.Error(404, "There is no such repair.");
        ApiResponse detail = HealthSchemas.Ok("How it is now.", HealthSchemas.HealDetail);
        ApiResponse conflict = ApiResponse.Error(409, "It is in a state that does not allow it.");
        ApiResponse list = HealthSchemas.Ok("The repairs.", HealthSchemas.List("heals", HealthSchemas.HealDetail));
        Routes =
        [
            new("POST", "/admin/heal/request", AccessRole.Operator, "Asks for the repair of an object; one that waits already is given that one.", calls.Change(RequestAsync))
            {
                Tag = HealthSchemas.Tag, OperationId = "requestHeal", RequestSchema = HealthSchemas.HealRequest,
                Responses = [HealthSchemas.Ok("It is taken in, durably.", HealthSchemas.HealQueued), HealthSchemas.Malformed, HealthSchemas.Wrong, HealthSchemas.TooMany, HealthSchemas.Stopped],
            },
            new("POST", "/admin/heal/notification", AccessRole.Operator, "Takes a bucket notification of S3 whose reader has failed: a repair in real time of each object it names.", calls.Change(NotifyAsync))
            {
                Tag = HealthSchemas.Tag, OperationId = "notifyHeal",
                RequestSchema = """{"type":"object","required":["Records"],"properties":{"Records":{"type":"array","items":{"type":"object"}}}}""",
                Responses = [HealthSchemas.Ok("They are taken in, durably.", HealthSchemas.List("heals", HealthSchemas.HealQueued)), HealthSchemas.Malformed, HealthSchemas.Wrong, HealthSchemas.TooMany, HealthSchemas.Stopped],
            },
            new("GET", "/admin/heals", AccessRole.Viewer, "Repairs: the waiting in the order of the queue, the ended newest first; and how many there are.", HealthCalls.Look(ListAsync))
            {
                Tag = HealthSchemas.Tag, OperationId = "listHeals", Parameters = [new("status", "query", HealthSchemas.HealState, "Those in this state."), offset, limit],
                Responses = [list, HealthSchemas.Malformed, HealthSchemas.Stopped],
            },
            new("GET", "/admin/heals/errors", AccessRole.Viewer, "Repairs that failed and were not dismissed, newest first.", HealthCalls.Look(ErrorsAsync))
            {
                Tag = HealthSchemas.Tag, OperationId = "listHealErrors", Parameters = [offset, limit], Responses = [list, HealthSchemas.Malformed, HealthSchemas.Stopped],
            },
            new("GET", "/admin/heal/{heal_request_id}", AccessRole.Viewer, "Everything about a repair.", HealthCalls.Look(InfoAsync))
            {
                Tag = HealthSchemas.Tag, OperationId = "getHeal", Parameters = [id], Responses = [detail, missing, HealthSchemas.Stopped],
            },
            new("GET", "/admin/heal/{heal_request_id}/status", AccessRole.Viewer, "How a repair goes, and what it came to.", HealthCalls.Look(StatusAsync))
            {
                Tag = HealthSchemas.Tag, OperationId = "getHealStatus", Parameters = [id], Responses = [HealthSchemas.Ok("How it goes.", HealthSchemas.HealStatus), missing, HealthSchemas.Stopped],
            },
            new("POST", "/admin/heal/{heal_request_id}/cancel", AccessRole.Operator, "Takes back a repair that waits.", calls.Change(context => ActAsync(context, (heals, heal) => heals.CancelAsync(heal, context.RequestAborted))))
            {
                Tag = HealthSchemas.Tag, OperationId = "cancelHeal", Parameters = [id], Responses = [detail, missing, conflict, HealthSchemas.TooMany, HealthSchemas.Stopped],
            },
            new("POST", "/admin/heal/{heal_request_id}/retry", AccessRole.Operator, "Tries a repair that failed, or waits for its next try, at once.", calls.Change(context => ActAsync(context, (heals, heal) => heals.RetryAsync(heal, context.RequestAborted))))
            {
                Tag = HealthSchemas.Tag, OperationId = "retryHeal", Parameters = [id], Responses = [detail, missing, conflict, HealthSchemas.TooMany, HealthSchemas.Stopped],
            },
            new("POST", "/admin/heal/{heal_request_id}/dismiss", AccessRole.Operator, "Takes a repair that failed off the list of errors.", calls.Change(DismissAsync))
            {
                Tag = HealthSchemas.Tag, OperationId = "dismissHeal", Parameters = [id], Responses = [detail, missing, conflict, HealthSchemas.TooMany, HealthSchemas.Stopped],
            },
        ];
    }

    public IReadOnlyList<ApiRoute> Routes { get; }

    private async Task RequestAsync(HttpContext context)
    {
        using JsonDocument body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        HealRequest request = HealRequestReader.Read(body.RootElement, ApiPipeline.CallerOf(context).Name);
        HealStatus heal = await _calls.Parts.Heals.SubmitAsync(request, context.RequestAborted).ConfigureAwait(false);
        await _calls.AnswerAsync(context, json => HealJson.WriteQueued(json, heal)).ConfigureAwait(false);
    }

    private async Task NotifyAsync(HttpContext context)
    {
        using JsonDocument body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        IReadOnlyList<HealRequest> requests = BucketNotification.Read(body.RootElement);
        IHeals heals = _calls.Parts.Heals;
        // Together, so that one flush serves all.
        HealStatus[] taken = await Task.WhenAll(requests.Select(request => heals.SubmitAsync(request, context.RequestAborted))).ConfigureAwait(false);
        await _calls.AnswerAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("heals"u8);
            foreach (HealStatus heal in taken) HealJson.WriteQueued(json, heal);
            json.WriteEndArray();
            json.WriteNumber("total"u8, taken.Length);
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private Task ListAsync(HttpContext context)
    {
        HealthParameters.ThrowIfUnknown(context, "status", "offset", "limit");
        HealState? state = HealthParameters.Choice<HealState>(context, "status");
        (int offset, int limit) = Page(context);
        IHeals heals = _calls.Parts.Heals;
        IReadOnlyDictionary<HealState, long> counts = heals.Counts;
        return WriteListAsync(context, heals.List(state, offset, limit), state is { } one ? counts.GetValueOrDefault(one) : counts.Values.Sum(), json =>
        {
            json.WriteStartObject("by_status"u8);
            foreach (HealState each in Enum.GetValues<HealState>()) json.WriteNumber(each.ToString(), counts.GetValueOrDefault(each));
            json.WriteEndObject();
            json.WriteStartObject("waiting_by_priority"u8);
            foreach (HealthPriority each in Enum.GetValues<HealthPriority>()) json.WriteNumber(each.ToString(), heals.WaitingByPriority.GetValueOrDefault(each));
            json.WriteEndObject();
        });
    }

    private Task ErrorsAsync(HttpContext context)
    {
        HealthParameters.ThrowIfUnknown(context, "offset", "limit");
        (int offset, int limit) = Page(context);
        IReadOnlyList<HealStatus> errors = _calls.Parts.Heals.Errors(offset, limit);
        return WriteListAsync(context, errors, null, _ => { });
    }

    private Task WriteListAsync(HttpContext context, IReadOnlyList<HealStatus> heals, long? total, Action<Utf8JsonWriter> more) => _calls.AnswerAsync(context, json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("heals"u8);
        foreach (HealStatus heal in heals) HealJson.WriteDetail(json, heal);
        json.WriteEndArray();
        if (total is { } known) json.WriteNumber("total"u8, known);
        more(json);
        json.WriteEndObject();
    });

    private Task InfoAsync(HttpContext context)
    {
        HealStatus heal = Find(context);
        return _calls.AnswerAsync(context, json => HealJson.WriteDetail(json, heal));
    }

    private Task StatusAsync(HttpContext context)
    {
        HealStatus heal = Find(context);
        return _calls.AnswerAsync(context, json => HealJson.WriteStatus(json, heal));
    }

    private async Task ActAsync(HttpContext context, Func<IHeals, string, Task<HealStatus>> act)
    {
        HealStatus heal = await act(_calls.Parts.Heals, Find(context).Id).ConfigureAwait(false);
        await _calls.AnswerAsync(context, json => HealJson.WriteDetail(json, heal)).ConfigureAwait(false);
    }

    private Task DismissAsync(HttpContext context) => ActAsync(context, async (heals, id) =>
    {
        await heals.DismissAsync(id, context.RequestAborted).ConfigureAwait(false);
        return Find(context);
    });

    private HealStatus Find(HttpContext context)
    {
        string id = HealthCalls.IdOf(context, "heal_request_id");
        return _calls.Parts.Heals.Find(id) ?? throw HealthCalls.Missing("repair", id, "/admin/heals lists those that are known.");
    }

    private static (int Offset, int Limit) Page(HttpContext context) =>
        (HealthParameters.Integer(context, "offset", 0, 0, int.MaxValue), HealthParameters.Integer(context, "limit", DefaultLimit, 1, MostListed));
}
