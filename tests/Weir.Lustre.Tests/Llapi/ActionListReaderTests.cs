using System.Buffers.Binary;
using System.Text;
using Weir.Lustre.Llapi;

namespace Weir.Lustre.Tests.Llapi;

public sealed class ActionListReaderTests
{
    private static readonly Fid SomeFid = new(0x200000401, 0x10, 0);

    [Fact]
    public void A_list_is_read_at_the_offsets_of_the_kernel()
    {
        byte[] bytes = new byte[32 + 8 + 80];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, 1);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), 1);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), 0xdead);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(16), 4);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(24), 9);
        "testfs"u8.CopyTo(bytes.AsSpan(32));
        Span<byte> hai = bytes.AsSpan(40);
        BinaryPrimitives.WriteUInt32LittleEndian(hai, 77);
        BinaryPrimitives.WriteUInt32LittleEndian(hai[4..], 21);
        BinaryPrimitives.WriteUInt64LittleEndian(hai[8..], 0x200000401);
        BinaryPrimitives.WriteUInt32LittleEndian(hai[16..], 0x10);
        BinaryPrimitives.WriteUInt64LittleEndian(hai[24..], 0x200000402);
        BinaryPrimitives.WriteUInt32LittleEndian(hai[32..], 0x11);
        BinaryPrimitives.WriteUInt32LittleEndian(hai[36..], 1);
        BinaryPrimitives.WriteUInt64LittleEndian(hai[40..], 5);
        BinaryPrimitives.WriteUInt64LittleEndian(hai[48..], ulong.MaxValue);
        BinaryPrimitives.WriteUInt64LittleEndian(hai[56..], 0x8000_0000_0000_0001);
        BinaryPrimitives.WriteUInt64LittleEndian(hai[64..], 3);
        "tag=x"u8.CopyTo(hai[72..]);

        var list = new ActionListReader(bytes);
        Assert.Equal((1u, 4ul, 9u, "testfs"), (list.Count, list.Flags, list.ArchiveId, Encoding.ASCII.GetString(list.FsName)));
        Assert.True(list.TryRead(out HsmActionItem item));
        Assert.Equal((HsmAction.Restore, 21u, SomeFid, new Fid(0x200000402, 0x11, 1)), (item.Action, item.ActionNumber, item.Fid, item.DataFid));
        Assert.Equal((5ul, ulong.MaxValue, 0x8000_0000_0000_0001ul, 3ul), (item.ExtentOffset, item.ExtentLength, item.Cookie, item.GroupId));
        Assert.Equal("tag=x", Encoding.ASCII.GetString(item.Data));
        Assert.Equal(120, list.Position);
        Assert.False(list.TryRead(out _));
        Assert.Equal(ActionListError.None, list.Error);
    }

    [Theory]
    [InlineData(10u, HsmAction.Noop)]
    [InlineData(20u, HsmAction.Archive)]
    [InlineData(21u, HsmAction.Restore)]
    [InlineData(22u, HsmAction.Remove)]
    [InlineData(23u, HsmAction.Cancel)]
    [InlineData(24u, HsmAction.Unknown)]
    [InlineData(0u, HsmAction.Unknown)]
    public void Actions_have_the_kernels_numbers(uint number, HsmAction action) => Assert.Equal(action, new HsmActionItem { ActionNumber = number }.Action);

    [Fact]
    public void Damage_is_named_and_what_stands_before_it_is_read()
    {
        byte[] two = new ActionListBytes("lustre", 1, 0).Add(Item(1, "ab")).Add(Item(2, "")).ToArray();
        Assert.Equal((0, ActionListError.Truncated), Read(two.AsSpan(0, 31)));
        Assert.Equal((0, ActionListError.UnknownVersion), Read(With(two, 0, 2)));
        Assert.Equal((0, ActionListError.UnterminatedName), Read(two.AsSpan(0, 38)));
        Assert.Equal((0, ActionListError.MissingItems), Read(two.AsSpan(0, 40)));
        Assert.Equal((0, ActionListError.BadItemLength), Read(two.AsSpan(0, 119)));
        Assert.Equal((1, ActionListError.MissingItems), Read(two.AsSpan(0, 120)));
        Assert.Equal((1, ActionListError.MissingItems), Read(two.AsSpan(0, two.Length - 1)));
        Assert.Equal((2, ActionListError.None), Read(two));
        Assert.Equal((2, ActionListError.MissingItems), Read(With(two, 4, 3)));
        Assert.Equal((2, ActionListError.MissingItems), Read(With(two, 4, uint.MaxValue)));
        Assert.Equal((1, ActionListError.None), Read(With(two, 4, 1)));
        Assert.Equal((0, ActionListError.BadItemLength), Read(With(two, 40, 71)));
        Assert.Equal((0, ActionListError.BadItemLength), Read(With(two, 40, 0)));
        Assert.Equal((0, ActionListError.BadItemLength), Read(With(two, 40, uint.MaxValue)));
        Assert.Equal((1, ActionListError.BadItemLength), Read(With(two, 120, 73)));
        Assert.Equal((1, ActionListError.None), Read(With(With(two, 4, 1), 40, 152)));
    }

    [Theory]
    [MemberData(nameof(Seeds.Few), MemberType = typeof(Seeds))]
    public void What_is_written_is_read(int seed)
    {
        var random = new Random(seed);
        for (int round = 0; round < 500; round++)
        {
            string fsName = new('f', random.Next(9));
            var items = new (uint Action, ulong Cookie, ulong Gid, byte[] Data)[random.Next(6)];
            var bytes = new ActionListBytes(fsName, 7, 3);
            for (int i = 0; i < items.Length; i++)
            {
                (uint action, ulong cookie, ulong gid, byte[] data) = items[i] = ((uint)random.NextInt64(), (ulong)random.NextInt64() * 2 + 1, (ulong)random.NextInt64(), new byte[random.Next(40)]);
                random.NextBytes(data);
                bytes.Add(new HsmActionItem { ActionNumber = action, Fid = SomeFid, DataFid = new(cookie, action, 1), ExtentLength = gid, Cookie = cookie, GroupId = gid, Data = data });
            }

            var list = new ActionListReader(bytes.ToArray());
            Assert.Equal((fsName, 7u, 3ul, (uint)items.Length), (Encoding.ASCII.GetString(list.FsName), list.ArchiveId, list.Flags, list.Count));
            foreach ((uint action, ulong cookie, ulong gid, byte[] data) in items)
            {
                Assert.True(list.TryRead(out HsmActionItem item));
                Assert.Equal((action, SomeFid, new Fid(cookie, action, 1), 0ul, gid, cookie, gid), (item.ActionNumber, item.Fid, item.DataFid, item.ExtentOffset, item.ExtentLength, item.Cookie, item.GroupId));
                Assert.Equal(data, item.Data[..data.Length].ToArray());
                Assert.True(item.Data.Length - data.Length < 8 && item.Data[data.Length..].IndexOfAnyExcept((byte)0) < 0);
            }

            Assert.False(list.TryRead(out _));
            Assert.Equal(ActionListError.None, list.Error);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds.Few), MemberType = typeof(Seeds))]
    public void Hostile_bytes_are_read_within_bounds_or_refused(int seed)
    {
        var random = new Random(seed);
        byte[] good = new ActionListBytes("lustre", 1, 0).Add(Item(1, "data")).Add(Item(2, "")).Add(Item(3, new string('x', 300))).ToArray();
        int rounds = Environment.GetEnvironmentVariable("WEIR_TEST_LONG") == "1" ? 5_000_000 : 25_000;
        int damaged = 0;
        for (int round = 0; round < rounds; round++)
        {
            byte[] bytes = round % 2 == 0 ? [.. good] : new byte[random.Next(200)];
            if (round % 2 == 1) random.NextBytes(bytes);
            if (round % 4 == 1 && bytes.Length > 4) BinaryPrimitives.WriteUInt32LittleEndian(bytes, 1);
            for (int changes = random.Next(1, 6); changes > 0 && bytes.Length > 0; changes--) bytes[random.Next(bytes.Length)] = (byte)(random.Next(3) == 0 ? 0xff : random.Next(256));
            (int items, ActionListError error) = Read(bytes.AsSpan(0, random.Next(bytes.Length + 1)));
            Assert.True(items <= bytes.Length / HsmActionItem.HeadBytes, $"round {round}");
            damaged += error == ActionListError.None ? 0 : 1;
        }

        Assert.InRange(damaged, rounds / 2, rounds - 1);
    }

    [Fact]
    public void Too_little_room_for_an_item_is_an_error() =>
        Assert.Throws<ArgumentException>(() => Item(1, "a").WriteTo(new byte[79]));

    private static HsmActionItem Item(ulong cookie, string data) =>
        new() { ActionNumber = 20, Fid = SomeFid, DataFid = SomeFid, ExtentLength = ulong.MaxValue, Cookie = cookie, Data = Encoding.ASCII.GetBytes(data) };

    private static byte[] With(byte[] bytes, int offset, uint value)
    {
        byte[] changed = [.. bytes];
        BinaryPrimitives.WriteUInt32LittleEndian(changed.AsSpan(offset), value);
        return changed;
    }

    private static (int Items, ActionListError Error) Read(ReadOnlySpan<byte> bytes)
    {
        var list = new ActionListReader(bytes);
        int items = 0;
        while (list.TryRead(out HsmActionItem item))
        {
            Assert.True(item.Data.Length + HsmActionItem.HeadBytes <= bytes.Length);
            items++;
        }

        return (items, list.Error);
    }
}
