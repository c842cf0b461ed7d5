using System.Runtime.CompilerServices;

namespace Weir.Hsm.Events;

/// <summary>
/// Reads events with the members in Weir's own order and nothing escaped: one pass, no tokens. It refuses everything else,
/// and what it takes reads the same through <see cref="AnyOrderReader"/>.
/// </summary>
internal static class OwnOrderReader
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryRead(ReadOnlySpan<byte> data, out HsmEvent read)
    {
        read = default;
        HsmEvent taken = default;
        var json = new OwnOrderScanner(data);
        if (!json.Skip("{\"event_type\":\""u8) || !json.TakeString(out ReadOnlySpan<byte> type)) return false;
        taken.Type = HsmEventNames.Parse(type);
        bool isWhole = taken.Type switch
        {
            HsmEventType.New or HsmEventType.Update => TryReadState(ref json, ref taken),
            HsmEventType.Purged => TryReadPlace(ref json, ref taken) && TryReadPurged(ref json, ref taken),
            HsmEventType.Heartbeat => TryReadPlace(ref json, ref taken) && TryReadHeartbeat(ref json, ref taken),
            _ => false,
        };
        if (isWhole) read = taken;
        return isWhole;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool TryReadState(scoped ref OwnOrderScanner json, scoped ref HsmEvent read)
    {
        if (!json.Skip(",\"action\":\""u8) || !json.TakeString(out ReadOnlySpan<byte> action)) return false;
        if (!json.Skip(",\"fid\":\""u8) || !json.TakeString(out ReadOnlySpan<byte> fid)) return false;
        if (!json.Skip(",\"status\":\""u8) || !json.TakeString(out ReadOnlySpan<byte> status)) return false;
        if (!json.Skip(",\"mdt\":\""u8) || !json.TakeString(out ReadOnlySpan<byte> mdt) || mdt.IsEmpty) return false;
        if (!json.Skip(",\"cat_idx\":"u8) || !json.TakeIndex(out uint catalogIndex)) return false;
        if (!json.Skip(",\"rec_idx\":"u8) || !json.TakeIndex(out uint recordIndex)) return false;
        if (!json.Skip(",\"timestamp\":"u8) || !json.TakeSeconds(out long timestamp)) return false;
        if (!json.Skip(",\"raw\":\""u8) || !json.TakeString(out ReadOnlySpan<byte> raw)) return false;
        if (!json.Skip(",\"action_key\":\""u8) || !json.TakeString(out ReadOnlySpan<byte> actionKey)) return false;
        ulong cookie = 0;
        if (json.Skip(",\"cookie\":\"0x"u8) && !json.TakeHex(out cookie)) return false;
        long firstSeen = 0;
        if (json.Skip(",\"first_seen\":"u8) && !json.TakeSeconds(out firstSeen)) return false;
        long statusSince = 0;
        if (json.Skip(",\"status_since\":"u8) && !json.TakeSeconds(out statusSince)) return false;
        read.ActionText = action;
        read.Fid = fid;
        read.StatusText = status;
        read.Mdt = mdt;
        read.HasIndex = true;
        read.CatalogIndex = catalogIndex;
        read.RecordIndex = recordIndex;
        read.Timestamp = timestamp;
        read.Raw = raw;
        read.ActionKey = actionKey;
        read.Cookie = cookie != 0 ? cookie : RawLine.FindCookie(raw);
        read.FirstSeen = firstSeen;
        read.StatusSince = statusSince;
        read.FillTimes(hasCookieMember: cookie != 0);
        return json.IsLast("}"u8);
    }

    private static bool TryReadPlace(scoped ref OwnOrderScanner json, scoped ref HsmEvent read)
    {
        if (!json.Skip(",\"mdt\":\""u8) || !json.TakeString(out ReadOnlySpan<byte> mdt) || mdt.IsEmpty) return false;
        read.Mdt = mdt;
        if (json.Skip(",\"cat_idx\":"u8))
        {
            if (!json.TakeIndex(out uint catalogIndex) || !json.Skip(",\"rec_idx\":"u8) || !json.TakeIndex(out uint recordIndex)) return false;
            read.HasIndex = true;
            read.CatalogIndex = catalogIndex;
            read.RecordIndex = recordIndex;
        }

        if (!json.Skip(",\"timestamp\":"u8) || !json.TakeSeconds(out long timestamp)) return false;
        read.Timestamp = timestamp;
        return true;
    }

    private static bool TryReadPurged(scoped ref OwnOrderScanner json, scoped ref HsmEvent read)
    {
        if (!json.Skip(",\"status\":\""u8) || !json.TakeString(out ReadOnlySpan<byte> status)) return false;
        if (!json.Skip(",\"action_key\":\""u8) || !json.TakeString(out ReadOnlySpan<byte> actionKey)) return false;
        if (json.Skip(",\"hash\":\""u8) && !json.TakeString(out _)) return false;
        if (!json.Skip(",\"action\":\""u8) || !json.TakeString(out ReadOnlySpan<byte> action)) return false;
        if (!json.Skip(",\"fid\":\""u8) || !json.TakeString(out ReadOnlySpan<byte> fid)) return false;
        if (!TryReadCookie(ref json, ref read)) return false;
        if (json.Skip(",\"final_state_seen\":true"u8)) read.FinalStateSeen = true;
        else if (json.Skip(",\"final_state_seen\":false"u8)) read.FinalStateSeen = false;
        else return false;
        read.StatusText = status;
        read.ActionKey = actionKey;
        read.ActionText = action;
        read.Fid = fid;
        return json.IsLast("}"u8) || json.IsLast(",\"moved\":true}"u8) || json.IsLast(",\"source\":\"maintenance\"}"u8);
    }

    private static bool TryReadHeartbeat(scoped ref OwnOrderScanner json, scoped ref HsmEvent read)
    {
        if (!json.Skip(",\"fid\":\""u8) || !json.TakeString(out ReadOnlySpan<byte> fid)) return false;
        if (!json.Skip(",\"action\":\""u8) || !json.TakeString(out ReadOnlySpan<byte> action)) return false;
        if (!json.Skip(",\"status\":\""u8) || !json.TakeString(out ReadOnlySpan<byte> status)) return false;
        if (!json.Skip(",\"action_key\":\""u8) || !json.TakeString(out ReadOnlySpan<byte> actionKey)) return false;
        read.Fid = fid;
        read.ActionText = action;
        read.StatusText = status;
        read.ActionKey = actionKey;
        return TryReadCookie(ref json, ref read) && json.IsLast("}"u8);
    }

    private static bool TryReadCookie(scoped ref OwnOrderScanner json, scoped ref HsmEvent read)
    {
        if (!json.Skip(",\"cookie\":\"0x"u8)) return true;
        if (!json.TakeHex(out ulong cookie)) return false;
        read.Cookie = cookie;
        return true;
    }
}
