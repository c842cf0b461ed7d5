using System.Text;
using Weir.Lustre.HsmFiles;

namespace Weir.Lustre.Tests.HsmFiles;

/// <summary>Random but possible llog records, with the extremes of each field more often than chance would have it.</summary>
internal static class RandomRecords
{
    public static ActionRecord Next(Random random) => new()
    {
        CatalogIndex = UInt32(random),
        RecordIndex = UInt32(random),
        Fid = new(UInt64(random), UInt32(random), UInt32(random)),
        DataFid = new(UInt64(random), UInt32(random), UInt32(random)),
        CompoundId = UInt64(random),
        Cookie = UInt64(random),
        Action = (HsmAction)random.Next(Enum.GetValues<HsmAction>().Length),
        ArchiveId = UInt32(random),
        Flags = UInt64(random),
        ExtentOffset = UInt64(random),
        ExtentLength = UInt64(random),
        GroupId = UInt64(random),
        Status = (HsmStatus)random.Next(Enum.GetValues<HsmStatus>().Length),
    };

    public static byte[] NextData(Random random)
    {
        var data = new byte[random.Next(3) == 0 ? 0 : random.Next(100)];
        random.NextBytes(data);
        return data;
    }

    /// <summary>A line as the kernel prints it, without its newline.</summary>
    public static string NextLine(Random random) => Print(Next(random), NextData(random));

    public static string Print(in ActionRecord record, byte[] data)
    {
        var line = new byte[ActionLineWriter.MaxLineBytes];
        int length = ActionLineWriter.Format(line, record, data);
        Assert.Equal((byte)'\n', line[length - 1]);
        return Encoding.ASCII.GetString(line, 0, length - 1);
    }

    private static uint UInt32(Random random) => (uint)UInt64(random);

    private static ulong UInt64(Random random) => random.Next(6) switch
    {
        0 => 0,
        1 => ulong.MaxValue,
        2 => (ulong)random.Next(100),
        _ => (ulong)random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64),
    };
}
