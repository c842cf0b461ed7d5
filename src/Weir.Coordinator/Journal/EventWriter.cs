using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Weir.Coordinator.Requests;
using Weir.Feed;
using Weir.Lustre;

namespace Weir.Coordinator.Journal;

/// <summary>Writes the records of <c>coordinator:events</c>: one for each step in a request's life, its cookie the subject.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A JSON writer over a batch holds nothing that has to be given back.")]
internal sealed class EventWriter
{
    private readonly Utf8JsonWriter _json = new(Stream.Null, new() { SkipValidation = true });

    /// <summary>Where the records go from now on.</summary>
    public RecordBatch Batch { get; set; } = new();

    public void Accepted(in RequestSlot request, RequestOrigin origin)
    {
        Begin("ACCEPTED"u8, request);
        _json.WriteString("origin"u8, origin switch
        {
            RequestOrigin.Lustre => "lustre"u8,
            RequestOrigin.Queue => "queue"u8,
            RequestOrigin.Agent => "agent"u8,
            _ => "import"u8,
        });
        End();
    }

    /// <summary>It waits for one agent now.</summary>
    public void Assigned(in RequestSlot request, string agent)
    {
        Begin("ASSIGNED"u8, request);
        _json.WriteString("agent"u8, agent);
        End();
    }

    public void Sent(in RequestSlot request, string agent, long waitMs)
    {
        Begin("SENT"u8, request);
        _json.WriteString("agent"u8, agent);
        _json.WriteNumber("wait_ms"u8, waitMs);
        End();
    }

    /// <param name="agent">Who had it; null when it was in a queue.</param>
    /// <param name="by">Who said so; null for somebody who is no agent.</param>
    /// <param name="runMs">How long it ran; 0 when it did not.</param>
    public void Done(in RequestSlot request, string? agent, string? by, int status, long runMs)
    {
        Begin("DONE"u8, request);
        if (agent is not null) _json.WriteString("agent"u8, agent);
        if (by != agent) _json.WriteString("by"u8, by ?? "");
        _json.WriteNumber("status"u8, status);
        if (runMs > 0) _json.WriteNumber("run_ms"u8, runMs);
        End();
    }

    /// <param name="errno">What Lustre is told.</param>
    public void Cancelled(in RequestSlot request, int errno)
    {
        Begin(errno == Core.Errno.IllegalSequence ? "REFUSED"u8 : "CANCELLED"u8, request);
        _json.WriteNumber("errno"u8, errno);
        End();
    }

    /// <summary>The agent that runs it is to be told.</summary>
    public void Cancelling(in RequestSlot request, string agent)
    {
        Begin("CANCELLING"u8, request);
        _json.WriteString("agent"u8, agent);
        End();
    }

    public void Requeued(in RequestSlot request, string from)
    {
        Begin("REQUEUED"u8, request);
        _json.WriteString("agent"u8, from);
        _json.WriteNumber("requeues"u8, request.Requeues);
        End();
    }

    public void Stuck(in RequestSlot request, string agent, long runMs)
    {
        Begin("STUCK"u8, request);
        _json.WriteString("agent"u8, agent);
        _json.WriteNumber("run_ms"u8, runMs);
        End();
    }

    public void Lock(Core.LockMode mode)
    {
        Batch.Begin("LOCK"u8, "coordinator"u8, default);
        _json.Reset(Batch);
        _json.WriteStartObject();
        _json.WriteNumber("mode"u8, (int)mode);
        End();
    }

    /// <param name="type"><c>AGENT_CONNECTED</c>, <c>AGENT_DISCONNECTED</c> or <c>AGENT_LOST</c> (its grace time is over).</param>
    public void Agent(ReadOnlySpan<byte> type, string agent)
    {
        Batch.Begin(type, "coordinator"u8, default);
        _json.Reset(Batch);
        _json.WriteStartObject();
        _json.WriteString("agent"u8, agent);
        End();
    }

    private void Begin(ReadOnlySpan<byte> type, in RequestSlot request)
    {
        Span<byte> text = stackalloc byte[Fid.MaxTextLength];
        text[0] = (byte)'0';
        text[1] = (byte)'x';
        request.Cookie.TryFormat(text[2..], out int written, "x", CultureInfo.InvariantCulture);
        Batch.Begin(type, "coordinator"u8, text[..(written + 2)]);
        _json.Reset(Batch);
        _json.WriteStartObject();
        _json.WriteNumber("cookie"u8, request.Cookie);
        _json.WriteString("action"u8, HsmNames.Utf8(request.Action));
        request.Fid.TryFormat(text, out written);
        _json.WriteString("fid"u8, text[..written]);
        if (request.DataFid != request.Fid)
        {
            request.DataFid.TryFormat(text, out written);
            _json.WriteString("dfid"u8, text[..written]);
        }

        _json.WriteNumber("archive_id"u8, request.ArchiveId);
        if (request.Owner == RequestOwner.Unknown) return;
        _json.WriteNumber("uid"u8, request.Owner.Uid);
        _json.WriteNumber("gid"u8, request.Owner.Gid);
        if (request.Owner.ProjectId is not (0 or uint.MaxValue)) _json.WriteNumber("project"u8, request.Owner.ProjectId);
    }

    private void End()
    {
        _json.WriteEndObject();
        _json.Flush();
        Batch.End();
    }
}
