using System.Text;
using Weir.Lustre;
using Weir.Lustre.HsmFiles;

namespace Weir.Hsm.Tests;

/// <summary>Lines of hsm/actions for tests.</summary>
internal static class ActionText
{
    /// <summary>One line as the kernel prints it, without its newline.</summary>
    public static string Line(
        uint catalog, uint record, ulong cookie, HsmStatus status = HsmStatus.Waiting, HsmAction action = HsmAction.Archive, uint file = 1, uint archive = 1)
    {
        var fid = new Fid(0x200000401, file, 0);
        Span<byte> text = stackalloc byte[ActionLineWriter.MaxLineBytes];
        int length = ActionLineWriter.Format(text, new ActionRecord
        {
            CatalogIndex = catalog,
            RecordIndex = record,
            Fid = fid,
            DataFid = fid,
            Cookie = cookie,
            Action = action,
            ArchiveId = archive,
            ExtentLength = ulong.MaxValue,
            Status = status,
        });
        return Encoding.ASCII.GetString(text[..(length - 1)]);
    }

    /// <summary>A line that the parser takes, parsed.</summary>
    public static ActionLine Parse(ReadOnlySpan<byte> line)
    {
        LineError error = ActionLine.TryParse(line, out ActionLine action);
        Assert.Equal(LineError.None, error);
        return action;
    }
}
