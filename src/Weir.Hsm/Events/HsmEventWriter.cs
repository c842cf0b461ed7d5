using System.Runtime.CompilerServices;
using Weir.Feed;
using Weir.Lustre.HsmFiles;

namespace Weir.Hsm.Events;

/// <summary>
/// Writes events as records into a batch: type = event_type, source = the MDT, subject = the fid. The members of each event
/// type stand in one order always, which <see cref="OwnOrderReader"/> counts on. Format: docs/hsm-stream.md.
/// </summary>
internal static class HsmEventWriter
{
    /// <summary>More than all member names, numbers and punctuation of any event.</summary>
    private const int FrameBytes = 512;

    /// <summary>NEW or UPDATE: the whole state of an action, as the line tells it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WriteState(RecordBatch batch, RecordId id, HsmEventType type, MdtName mdt, in ActionLine line, EventTimes times)
    {
        ReadOnlySpan<byte> name = HsmEventNames.Utf8(type);
        batch.Begin(name, mdt.Utf8, line.Fid);
        int texts = line.Raw.Length + 2 * line.Fid.Length + 2 * line.ActionText.Length + line.StatusText.Length;
        var json = new EventComposer(batch.GetSpan(FrameBytes + mdt.Json.Length + (JsonText.IsPlain(line.Raw) ? texts : 6 * texts)));
        json.Literal("{\"event_type\":\""u8);
        json.Literal(name);
        json.Literal("\",\"action\":\""u8);
        json.Text(line.ActionText);
        json.Literal("\",\"fid\":\""u8);
        json.Text(line.Fid);
        json.Literal("\",\"status\":\""u8);
        json.Text(line.StatusText);
        json.Literal("\",\"mdt\":\""u8);
        json.Literal(mdt.Json);
        json.Literal("\",\"cat_idx\":"u8);
        json.Number(line.CatalogIndex);
        json.Literal(",\"rec_idx\":"u8);
        json.Number(line.RecordIndex);
        json.Literal(",\"timestamp\":"u8);
        json.Number(times.Now);
        json.Literal(",\"raw\":\""u8);
        json.Text(line.Raw);
        json.Literal("\",\"action_key\":\""u8);
        json.Text(line.Fid);
        json.Literal(":"u8);
        json.Text(line.ActionText);
        if (line.HasCookie)
        {
            json.Literal("\",\"cookie\":\""u8);
            json.Hex(line.Cookie);
        }

        json.Literal("\""u8);

        // Most events tell of what has just been seen; then the timestamp says it, and every entry on a server is smaller.
        bool isFirstSeenNow = type == HsmEventType.New && line.HasCookie && times.FirstSeen == times.Now;
        if (!isFirstSeenNow)
        {
            json.Literal(",\"first_seen\":"u8);
            json.Number(times.FirstSeen);
        }

        if (times.StatusSince != times.Now)
        {
            json.Literal(",\"status_since\":"u8);
            json.Number(times.StatusSince);
        }

        json.Literal("}"u8);
        batch.Advance(json.Length);
        batch.End(id);
    }

    /// <summary>PURGED: the record of an action is gone.</summary>
    /// <param name="finalStateSeen">Whether the last status seen was final.</param>
    /// <param name="isMoved">Whether the same action goes on under another index.</param>
    /// <param name="md5">Of the action's last line; empty when not known.</param>
    /// <param name="isMaintenance">Whether maintenance found it out, and not a poll that saw the record go.</param>
    public static void WritePurged(
        RecordBatch batch, RecordId id, MdtName mdt, in ActionFacts action, long now, bool finalStateSeen, bool isMoved, ReadOnlySpan<byte> md5,
        bool isMaintenance = false)
    {
        EventComposer json = Begin(batch, HsmEventType.Purged, mdt, action, now);
        json.Literal(",\"status\":\"PURGED\",\"action_key\":\""u8);
        json.Text(action.Fid);
        json.Literal(":"u8);
        json.Text(action.Action);
        json.Literal("\""u8);
        if (!md5.IsEmpty)
        {
            json.Literal(",\"hash\":\""u8);
            json.HexBytes(md5);
            json.Literal("\""u8);
        }

        json.Literal(",\"action\":\""u8);
        json.Text(action.Action);
        json.Literal("\",\"fid\":\""u8);
        json.Text(action.Fid);
        json.Literal("\""u8);
        WriteCookie(ref json, action.Cookie);
        json.Literal(finalStateSeen ? ",\"final_state_seen\":true"u8 : ",\"final_state_seen\":false"u8);
        if (isMoved) json.Literal(",\"moved\":true"u8);
        else if (isMaintenance) json.Literal(",\"source\":\"maintenance\""u8);
        End(batch, id, ref json);
    }

    /// <summary>HEARTBEAT: the action is still there, unchanged.</summary>
    public static void WriteHeartbeat(RecordBatch batch, RecordId id, MdtName mdt, in ActionFacts action, long now)
    {
        EventComposer json = Begin(batch, HsmEventType.Heartbeat, mdt, action, now);
        json.Literal(",\"fid\":\""u8);
        json.Text(action.Fid);
        json.Literal("\",\"action\":\""u8);
        json.Text(action.Action);
        json.Literal("\",\"status\":\""u8);
        json.Text(action.Status);
        json.Literal("\",\"action_key\":\""u8);
        json.Text(action.Fid);
        json.Literal(":"u8);
        json.Text(action.Action);
        json.Literal("\""u8);
        WriteCookie(ref json, action.Cookie);
        End(batch, id, ref json);
    }

    private static EventComposer Begin(RecordBatch batch, HsmEventType type, MdtName mdt, in ActionFacts action, long now)
    {
        batch.Begin(HsmEventNames.Utf8(type), mdt.Utf8, action.Fid);
        var json = new EventComposer(batch.GetSpan(
            FrameBytes + mdt.Json.Length + 6 * (2 * action.Fid.Length + 2 * action.Action.Length + action.Status.Length)));
        json.Literal("{\"event_type\":\""u8);
        json.Literal(HsmEventNames.Utf8(type));
        json.Literal("\",\"mdt\":\""u8);
        json.Literal(mdt.Json);
        json.Literal("\""u8);
        if (action.HasIndex)
        {
            json.Literal(",\"cat_idx\":"u8);
            json.Number(action.CatalogIndex);
            json.Literal(",\"rec_idx\":"u8);
            json.Number(action.RecordIndex);
        }

        json.Literal(",\"timestamp\":"u8);
        json.Number(now);
        return json;
    }

    private static void WriteCookie(ref EventComposer json, ulong cookie)
    {
        if (cookie == 0) return;
        json.Literal(",\"cookie\":\""u8);
        json.Hex(cookie);
        json.Literal("\""u8);
    }

    private static void End(RecordBatch batch, RecordId id, ref EventComposer json)
    {
        json.Literal("}"u8);
        batch.Advance(json.Length);
        batch.End(id);
    }
}
