using System.Text;
using Weir.Lustre.HsmFiles;

namespace Weir.Lustre.Tests.HsmFiles;

/// <summary>Everything an <see cref="ActionLine"/> says, copied out so that tests can keep and compare it.</summary>
internal sealed record ActionFields(
    string Raw, string Fid, string DataFid, string ActionText, string StatusText, HsmAction Action, HsmStatus Status,
    uint CatalogIndex, uint RecordIndex, ulong Cookie, ulong CompoundId, uint ArchiveId, ulong Flags,
    ulong ExtentOffset, ulong ExtentLength, ulong GroupId, uint DataLength, string DataHex)
{
    public static ActionFields Of(in ActionLine line) => new(
        Text(line.Raw), Text(line.Fid), Text(line.DataFid), Text(line.ActionText), Text(line.StatusText), line.Action, line.Status,
        line.CatalogIndex, line.RecordIndex, line.Cookie, line.CompoundId, line.ArchiveId, line.Flags,
        line.ExtentOffset, line.ExtentLength, line.GroupId, line.DataLength, Text(line.DataHex));

    /// <summary>What the line printed for this record must say.</summary>
    public static ActionFields Of(string raw, in ActionRecord record, byte[] data) => new(
        raw, record.Fid.ToString(), record.DataFid.ToString(), HsmNames.Text(record.Action), HsmNames.Text(record.Status), record.Action, record.Status,
        record.CatalogIndex, record.RecordIndex, record.Cookie, record.CompoundId, record.ArchiveId, record.Flags,
        record.ExtentOffset, record.ExtentLength, record.GroupId, (uint)data.Length, Convert.ToHexString(data.AsSpan(0, Math.Min(5, data.Length))));

    public static ActionFields Parse(string line)
    {
        LineError error = ActionLine.TryParse(Encoding.UTF8.GetBytes(line), out ActionLine action);
        Assert.Equal(LineError.None, error);
        return Of(action);
    }

    private static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);
}
