namespace Weir.Lustre.HsmFiles;

/// <summary>The fields of one line, collected in whatever order they stand.</summary>
internal ref struct RequestFields
{
    public ReadOnlySpan<byte> Fid, DataFid, Action, Status, Data, Uuid;
    public uint CatalogIndex, RecordIndex, ArchiveId, DataLength;
    public ulong Cookie, CompoundId, Flags, ExtentOffset, ExtentLength, GroupId, Canceled, Done;

    private RequestField _seen;

    /// <summary>Takes every field it knows out of a line that has not been looked at yet.</summary>
    public static LineError Read(ReadOnlySpan<byte> line, ref RequestFields fields)
    {
        LineError error = LineText.Check(line);
        if (error == LineError.None) error = fields.Collect(line);
        if (error != LineError.None) return error;

        // A record header behind the first is another line's, however its beginning was mangled.
        int header = line.IndexOf("lrh=["u8);
        if (header >= 0 && line[(header + 1)..].IndexOf("lrh=["u8) >= 0) return LineError.Torn;
        return fields._seen == RequestField.None && line.IndexOfAnyExcept((byte)' ') < 0 ? LineError.Empty : LineError.None;
    }

    public readonly bool Has(RequestField field) => (_seen & field) != 0;

    private LineError Collect(ReadOnlySpan<byte> text)
    {
        var scanner = new FieldScanner(text);
        while (scanner.Next())
        {
            RequestField field = Known(scanner.Key);
            if (field == RequestField.None) continue;
            if (Has(field)) return LineError.DuplicateField;
            _seen |= field;

            // The record header lrh=[…] holds fields itself; it can stand only once, so this goes one level deep.
            LineError error = field == RequestField.RecordHeader ? Collect(scanner.Unbracketed) : Take(field, scanner.Unbracketed);
            if (error != LineError.None) return error;
        }

        return scanner.IsUnclosed ? LineError.UnclosedBracket : LineError.None;
    }

    private static RequestField Known(ReadOnlySpan<byte> key) => key switch
    {
        _ when key.SequenceEqual("lrh"u8) => RequestField.RecordHeader,
        _ when key.SequenceEqual("idx"u8) => RequestField.Index,
        _ when key.SequenceEqual("fid"u8) => RequestField.Fid,
        _ when key.SequenceEqual("dfid"u8) => RequestField.DataFid,
        _ when key.SequenceEqual("compound/cookie"u8) => RequestField.Cookie,
        _ when key.SequenceEqual("action"u8) => RequestField.Action,
        _ when key.SequenceEqual("archive#"u8) => RequestField.Archive,
        _ when key.SequenceEqual("flags"u8) => RequestField.Flags,
        _ when key.SequenceEqual("extent"u8) => RequestField.Extent,
        _ when key.SequenceEqual("gid"u8) => RequestField.Group,
        _ when key.SequenceEqual("datalen"u8) => RequestField.DataLength,
        _ when key.SequenceEqual("status"u8) => RequestField.Status,
        _ when key.SequenceEqual("data"u8) => RequestField.Data,
        _ when key.SequenceEqual("canceled"u8) => RequestField.Canceled,
        _ when key.SequenceEqual("uuid"u8) => RequestField.Uuid,
        _ when key.SequenceEqual("done"u8) => RequestField.Done,
        _ => RequestField.None,
    };

    private LineError Take(RequestField field, ReadOnlySpan<byte> value)
    {
        switch (field)
        {
            case RequestField.Index:
                return TakeIndex(value);
            case RequestField.Fid:
                Fid = value;
                return CheckFid(value);
            case RequestField.DataFid:
                DataFid = value;
                return CheckFid(value);
            case RequestField.Action:
                Action = value;
                return LineError.None;
            case RequestField.Status:
                Status = value;
                return LineError.None;
            case RequestField.Data:
                Data = value;
                return LineError.None;
            case RequestField.Uuid:
                Uuid = value;
                return LineError.None;
            default:
                return TakeNumber(field, value) ? LineError.None : LineError.BadNumber;
        }
    }

    private bool TakeNumber(RequestField field, ReadOnlySpan<byte> value) => field switch
    {
        RequestField.Cookie => NumberText.TryParsePair(value, (byte)'/', out CompoundId, out Cookie),
        RequestField.Extent => NumberText.TryParsePair(value, (byte)'-', out ExtentOffset, out ExtentLength),
        RequestField.Archive => NumberText.TryParsePrintedSigned(value, out ArchiveId),
        RequestField.DataLength => NumberText.TryParsePrintedSigned(value, out DataLength),
        RequestField.Flags => NumberText.TryParse(value, out Flags),
        RequestField.Group => NumberText.TryParse(value, out GroupId),
        RequestField.Canceled => NumberText.TryParse(value, out Canceled),
        RequestField.Done => NumberText.TryParse(value, out Done),
        _ => throw new ArgumentOutOfRangeException(nameof(field), field, "Not a number's field."),
    };

    private LineError TakeIndex(ReadOnlySpan<byte> value)
    {
        int slash = value.IndexOf((byte)'/');
        if (slash <= 0 || slash == value.Length - 1) return LineError.BadIndex;
        ReadOnlySpan<byte> catalog = value[..slash];
        ReadOnlySpan<byte> record = value[(slash + 1)..];
        if (!IsDigits(catalog) || !IsDigits(record)) return LineError.BadIndex;
        return NumberText.TryParse(catalog, out CatalogIndex) && NumberText.TryParse(record, out RecordIndex) ? LineError.None : LineError.BadNumber;
    }

    private static bool IsDigits(ReadOnlySpan<byte> text) => text.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;

    private static LineError CheckFid(ReadOnlySpan<byte> fid) =>
        fid.IsEmpty || fid.IndexOfAny((byte)'[', (byte)']', (byte)' ') >= 0 ? LineError.BadFid : LineError.None;
}
