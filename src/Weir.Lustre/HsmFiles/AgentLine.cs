namespace Weir.Lustre.HsmFiles;

/// <summary>
/// One line of <c>hsm/agents</c>: a registered copytool. The kernel prints (mdt_hsm_cdt_agent.c)
/// <code>
/// uuid=%s archive_id=ANY|n[,n…] requests=[current:%d ok:%d errors:%d]
/// </code>
/// Any order is read; the uuid must be there. Nothing is allocated; the spans point into the line.
/// </summary>
public readonly ref struct AgentLine : IHsmLine<AgentLine>
{
    /// <summary>The whole line: UTF-8, no control characters.</summary>
    public ReadOnlySpan<byte> Raw { get; private init; }

    /// <summary>The client's UUID.</summary>
    public ReadOnlySpan<byte> Uuid { get; private init; }

    /// <summary><c>ANY</c>, or decimal ids with commas between them; empty when the line does not say.</summary>
    public ReadOnlySpan<byte> ArchiveIdsText { get; private init; }

    /// <summary>Requests in the agent's hands.</summary>
    public ulong Current { get; private init; }

    /// <summary>Requests done well since it registered.</summary>
    public ulong Succeeded { get; private init; }

    /// <summary>Requests that failed since it registered.</summary>
    public ulong Failed { get; private init; }

    /// <summary>Whether the agent takes requests for this archive.</summary>
    public bool Serves(uint archiveId)
    {
        if (ArchiveIdsText.SequenceEqual("ANY"u8)) return true;
        foreach (Range part in ArchiveIdsText.Split((byte)','))
        {
            if (NumberText.TryParse(ArchiveIdsText[part], out uint id) && id == archiveId) return true;
        }

        return false;
    }

    /// <inheritdoc/>
    public static bool IsPrintedBy(ReadOnlySpan<byte> parameter) => parameter.SequenceEqual("agents"u8);

    /// <summary>Reads one line, given without its newline.</summary>
    public static LineError TryParse(ReadOnlySpan<byte> line, out AgentLine parsed)
    {
        parsed = default;
        LineError error = LineText.Check(line);
        if (error != LineError.None) return error;
        if (line.IndexOfAnyExcept((byte)' ') < 0) return LineError.Empty;
        ReadOnlySpan<byte> uuid = default, archiveIds = default, requests = default;
        var scanner = new FieldScanner(line);
        while (scanner.Next())
        {
            if (scanner.Key.SequenceEqual("uuid"u8))
            {
                if (!uuid.IsEmpty) return LineError.DuplicateField;
                uuid = scanner.Unbracketed;
            }
            else if (scanner.Key.SequenceEqual("archive_id"u8))
            {
                archiveIds = scanner.Unbracketed;
            }
            else if (scanner.Key.SequenceEqual("requests"u8))
            {
                requests = scanner.Unbracketed;
            }
        }

        if (scanner.IsUnclosed) return LineError.UnclosedBracket;
        if (uuid.IsEmpty) return LineError.MissingUuid;
        if (!TryParseIds(archiveIds) || !TryParseCounts(requests, out ulong current, out ulong succeeded, out ulong failed)) return LineError.BadNumber;
        parsed = new()
        {
            Raw = line,
            Uuid = uuid,
            ArchiveIdsText = archiveIds,
            Current = current,
            Succeeded = succeeded,
            Failed = failed,
        };
        return LineError.None;
    }

    private static bool TryParseIds(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text.SequenceEqual("ANY"u8)) return true;
        foreach (Range part in text.Split((byte)','))
        {
            if (!NumberText.TryParse(text[part], out uint _)) return false;
        }

        return true;
    }

    /// <summary>The counts stand as <c>name:n</c>; one that is not there is 0.</summary>
    private static bool TryParseCounts(ReadOnlySpan<byte> text, out ulong current, out ulong succeeded, out ulong failed)
    {
        current = succeeded = failed = 0;
        foreach (Range part in text.Split((byte)' '))
        {
            ReadOnlySpan<byte> word = text[part];
            int colon = word.IndexOf((byte)':');
            if (colon < 0) continue;
            ReadOnlySpan<byte> name = word[..colon];
            if (!NumberText.TryParse(word[(colon + 1)..], out ulong value)) return false;
            if (name.SequenceEqual("current"u8)) current = value;
            else if (name.SequenceEqual("ok"u8)) succeeded = value;
            else if (name.SequenceEqual("errors"u8)) failed = value;
        }

        return true;
    }
}
