namespace Weir.Lustre.HsmFiles;

public readonly ref partial struct ActionLine
{
    /// <summary>Reads the fields in any order and says what is wrong with a line that cannot be taken.</summary>
    internal static LineError ParseAnyOrder(ReadOnlySpan<byte> line, out ActionLine action)
    {
        action = default;
        var fields = default(RequestFields);
        LineError error = RequestFields.Read(line, ref fields);
        if (error != LineError.None) return error;
        if (!fields.Has(RequestField.Index)) return LineError.MissingIndex;
        if (!fields.Has(RequestField.Fid)) return LineError.MissingFid;
        if (fields.Action.IsEmpty) return LineError.MissingAction;
        if (fields.Status.IsEmpty) return LineError.MissingStatus;
        action = new()
        {
            Raw = line,
            Fid = fields.Fid,
            DataFid = fields.DataFid,
            ActionText = fields.Action,
            StatusText = fields.Status,
            Action = HsmNames.ParseAction(fields.Action),
            Status = HsmNames.ParseStatus(fields.Status),
            CatalogIndex = fields.CatalogIndex,
            RecordIndex = fields.RecordIndex,
            Cookie = fields.Cookie,
            CompoundId = fields.CompoundId,
            ArchiveId = fields.ArchiveId,
            Flags = fields.Flags,
            ExtentOffset = fields.ExtentOffset,
            ExtentLength = fields.ExtentLength,
            GroupId = fields.GroupId,
            DataLength = fields.DataLength,
            DataHex = fields.Data,
        };
        return LineError.None;
    }
}
