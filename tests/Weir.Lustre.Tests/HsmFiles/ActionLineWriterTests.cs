using System.Buffers;
using System.Text;
using Weir.Lustre.HsmFiles;

namespace Weir.Lustre.Tests.HsmFiles;

public sealed class ActionLineWriterTests
{
    [Fact]
    public void The_published_line_is_printed_byte_for_byte()
    {
        var fid = new Fid(0x2c000596f, 0x1ce71, 0);
        var record = new ActionRecord
        {
            CatalogIndex = 517,
            RecordIndex = 42068,
            Fid = fid,
            DataFid = fid,
            Cookie = 0x6912db05,
            Action = HsmAction.Archive,
            ArchiveId = 1,
            ExtentLength = ulong.MaxValue,
            Status = HsmStatus.Started,
        };
        byte[] data = Encoding.ASCII.GetBytes("tag=m".PadRight(50, '.'));
        var output = new ArrayBufferWriter<byte>();
        ActionLineWriter.Write(output, record, data);
        Assert.Equal(
            "lrh=[type=10680000 len=192 idx=517/42068] fid=[0x2c000596f:0x1ce71:0x0] dfid=[0x2c000596f:0x1ce71:0x0] compound/cookie=0x0/0x6912db05 " +
            "action=ARCHIVE archive#=1 flags=0x0 extent=0x0-0xffffffffffffffff gid=0x0 datalen=50 status=STARTED data=[7461673D6D]\n",
            Encoding.ASCII.GetString(output.WrittenSpan));
    }

    [Theory]
    [InlineData(0, 136)]
    [InlineData(1, 144)]
    [InlineData(8, 144)]
    [InlineData(50, 192)]
    public void The_record_length_is_rounded_up_to_eight(int dataBytes, int expected)
    {
        string line = RandomRecords.Print(default, new byte[dataBytes]);
        Assert.StartsWith($"lrh=[type=10680000 len={expected} ", line, StringComparison.Ordinal);
    }

    [Fact]
    public void An_archive_number_from_2_to_the_31_on_is_printed_signed_as_the_kernel_does()
    {
        string line = RandomRecords.Print(new() { ArchiveId = 0x80000000, Fid = new(1, 2, 3) }, []);
        Assert.Contains(" archive#=-2147483648 ", line, StringComparison.Ordinal);
        Assert.Equal(0x80000000, ActionFields.Parse(line).ArchiveId);
    }

    [Fact]
    public void A_destination_that_may_be_too_small_is_refused() =>
        Assert.Throws<ArgumentException>(() => ActionLineWriter.Format(new byte[ActionLineWriter.MaxLineBytes - 1], default));
}
