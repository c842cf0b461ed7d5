using System.Text.Json;
using Weir.Copytool.Tests.Coordinators;
using Weir.Copytool.Tests.Mdt;
using Weir.Copytool.Tests.Native;

namespace Weir.Copytool.Tests.Library;

public sealed class HandOutTests : LibraryTest
{
    [Fact]
    public async Task The_greeting_and_the_recv_say_what_the_configuration_says()
    {
        await using CopytoolProcess copytool = Start(
            Build.Address, ["--archive-id", "1", "--archive-id", "7"], ("COORDINATOOL_CLIENT_ID", "node\"5"), ("COORDINATOOL_TOKEN", "s3cret"), ("COORDINATOOL_MAX_ARCHIVE", "4"), ("COORDINATOOL_HAL_SIZE", "8k"));
        ScriptedConnection connection = await Coordinator.AcceptAsync();
        Assert.Equal("s3cret", (await connection.ExpectAsync("auth")).GetProperty("token").GetString());
        await connection.SendAsync("""{"command":"auth"}""");
        JsonElement greeting = await connection.ExpectAsync("ehlo");
        await connection.SendAsync("""{"command":"ehlo"}""");
        Assert.Equal("node\"5", greeting.GetProperty("id").GetString());
        Assert.Equal("lustre", greeting.GetProperty("fsname").GetString());
        Assert.Equal([1, 7], greeting.GetProperty("archive_ids").EnumerateArray().Select(id => id.GetInt32()));
        Assert.Equal(["data_b64"], greeting.GetProperty("caps").EnumerateArray().Select(name => name.GetString()));
        Assert.False(greeting.TryGetProperty("token", out _));
        Assert.Equal(0, greeting.GetProperty("hai_list").GetArrayLength());
        JsonElement recv = await connection.ExpectAsync("recv");
        Assert.Equal((4, -1, -1, 8192), (recv.GetProperty("max_archive").GetInt32(), recv.GetProperty("max_restore").GetInt32(), recv.GetProperty("max_remove").GetInt32(), recv.GetProperty("max_bytes").GetInt32()));
        await copytool.StopAsync();
    }

    [Fact]
    public async Task An_archive_id_of_0_serves_every_archive()
    {
        await using CopytoolProcess copytool = Start(Build.Address, ["--archive-id", "3", "--archive-id", "0"]);
        ScriptedConnection connection = await Coordinator.GreetAsync();
        Assert.False(connection.Greeting.TryGetProperty("archive_ids", out _));
        await copytool.StopAsync();
    }

    [Fact]
    public async Task The_copytool_sees_each_field_as_the_kernel_would_give_it()
    {
        await using CopytoolProcess copytool = Start(Build.Address, ["--items", "--noop"]);
        ScriptedConnection connection = await Coordinator.GreetAsync();
        await connection.GiveAsync("""
            {"command":"recv","hsm_action_list":{"hal_version":1,"hal_archive_id":9,"hal_flags":4,"hal_fsname":"lustre","list":[
            {"hai_action":21,"hai_fid":{"f_seq":8589935617,"f_oid":16,"f_ver":0},"hai_dfid":{"f_seq":-2,"f_oid":-2147483648,"f_ver":1},
             "hai_extent_offset":5,"hai_extent_length":-1,"hai_cookie":6442450945,"hai_gid":-9,"hai_data":"tag=\u00e9\u0000"},
            {"hai_action":23,"hai_fid":{"f_seq":8589935617,"f_oid":16,"f_ver":0},"hai_dfid":{"f_seq":1,"f_oid":2,"f_ver":3},
             "hai_extent_offset":0,"hai_extent_length":0,"hai_cookie":-1,"hai_gid":0,"hai_data_b64":"/wD+"}]}}
            """);
        Assert.Equal(
            "item 21 6442450945 0xfffffffffffffffe:0x80000000:0x1 archive 9 flags 4 extent 5+18446744073709551615 gid 18446744073709551607 len 80 data 7461673dc3a90000",
            await copytool.ReadLineAsync("item"));
        Assert.Equal("item 23 18446744073709551615 0x1:0x2:0x3 archive 9 flags 4 extent 0+0 gid 0 len 80 data ff00fe0000000000", await copytool.ReadLineAsync("item"));
        JsonElement done = await connection.ReadPastAsync("recv", "done");
        Assert.Equal(6442450945, done.GetProperty("hai_cookie").GetInt64());
        Assert.Equal((-2, int.MinValue, 1), (done.GetProperty("hai_dfid").GetProperty("f_seq").GetInt64(), done.GetProperty("hai_dfid").GetProperty("f_oid").GetInt32(), done.GetProperty("hai_dfid").GetProperty("f_ver").GetInt32()));
        await copytool.StopAsync();
    }

    [Theory]
    [InlineData("--serial")]
    [InlineData("--poll")]
    [InlineData("--poll", "--serial")]
    [InlineData("--nonblock")]
    [InlineData("--nonblock", "--serial")]
    public async Task Files_are_archived_restored_and_removed(params string[] words)
    {
        await using CopytoolProcess copytool = Start(Build.Address, words);
        ScriptedConnection connection = await Coordinator.GreetAsync();
        for (int file = 1; file <= 5; file++)
        {
            HsmRequest archive = AddArchive(file, file * 70_000);
            byte[] content = await File.ReadAllBytesAsync(Mdt.PathOf(archive), Within.Test);
            await AssertWorksAsync(connection, archive);
            Assert.Equal(content, await File.ReadAllBytesAsync(Mdt.ArchivedPathOf(archive), Within.Test));
            await File.WriteAllBytesAsync(Mdt.PathOf(archive), [], Within.Test);
            await AssertWorksAsync(connection, Mdt.Add(100 + file, MdtAction.Restore, (uint)file));
            Assert.Equal(content, await File.ReadAllBytesAsync(Mdt.PathOf(archive), Within.Test));
            await AssertWorksAsync(connection, Mdt.Add(200 + file, MdtAction.Remove, (uint)file));
            Assert.False(File.Exists(Mdt.ArchivedPathOf(archive)));
        }

        await copytool.StopAsync();
    }

    [Fact]
    public async Task A_list_longer_than_asked_for_comes_in_pieces_that_fit()
    {
        await using CopytoolProcess copytool = Start(Build.Address, ["--items", "--noop", "--serial"], ("COORDINATOOL_HAL_SIZE", "300"));
        ScriptedConnection connection = await Coordinator.GreetAsync();
        await connection.GiveAsync(Replies.List(Enumerable.Range(1, 8).Select(cookie => Replies.Item(20, cookie, (uint)cookie))));
        foreach (string expected in new[] { "list 3 items 256", "list 3 items 256", "list 2 items 184" }) Assert.StartsWith(expected, await copytool.ReadLineAsync("list"), StringComparison.Ordinal);
        await copytool.StopAsync();
    }

    [Fact]
    public async Task No_list_is_fetched_while_the_copytool_is_busy_with_one()
    {
        await using CopytoolProcess copytool = Start(Build.Address, ["--serial", "--delay-ms", "50"]);
        ScriptedConnection connection = await Coordinator.GreetAsync();
        HsmRequest[] requests = [AddArchive(1), AddArchive(2)];
        await connection.GiveAsync(Replies.List(requests.Select(request => Replies.Item(request))));
        foreach (long cookie in new[] { 1, 2 })
        {
            JsonElement done = await connection.ExpectAsync("done");
            Assert.Equal(cookie, done.GetProperty("hai_cookie").GetInt64());
        }

        await connection.ExpectAsync("recv");
        await copytool.StopAsync();
    }

    [Fact]
    public async Task What_the_copytool_cannot_do_is_told_with_its_error()
    {
        await using CopytoolProcess copytool = Start(Build.Address, ["--serial"]);
        ScriptedConnection connection = await Coordinator.GreetAsync();
        HsmRequest lost = Mdt.Add(1, MdtAction.Archive, 1), nowhere = AddArchive(2), restore = Mdt.Add(4, MdtAction.Restore, 2);
        Directory.Delete(Mdt.ArchivePath);
        await connection.GiveAsync(Replies.List(Replies.Item(lost), Replies.Item(nowhere), Replies.Item(restore)));
        for (int i = 0; i < 3; i++) Assert.Equal(2, (await connection.TakeDoneAsync()).Status);
        Assert.All([lost, nowhere, restore], request => Assert.Equal((2, 1), (request.Error, request.EndCount)));
        await copytool.StopAsync();
    }

    [Fact]
    public async Task A_full_archive_is_told_as_such()
    {
        Toolchain.Require("mount", "umount");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "A small file system can be mounted by root only.");
        Assert.SkipUnless(Toolchain.Run("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", Mdt.ArchivePath]).ExitCode == 0, "Nothing can be mounted here.");
        try
        {
            await using CopytoolProcess copytool = Start(Build.Address, []);
            ScriptedConnection connection = await Coordinator.GreetAsync();
            HsmRequest big = AddArchive(1, 200_000);
            await connection.GiveAsync(Replies.List(Replies.Item(big)));
            Assert.Equal((1, 28), await connection.TakeDoneAsync());
            Assert.Equal(28, big.Error);
            await copytool.StopAsync();
        }
        finally
        {
            Assert.Equal(0, Toolchain.Run("umount", [Mdt.ArchivePath]).ExitCode);
        }
    }

    [Fact]
    public async Task A_cancel_reaches_the_copytool_and_no_end_is_told_for_it()
    {
        await using CopytoolProcess copytool = Start(Build.Address, ["--items", "--delay-ms", "300"]);
        ScriptedConnection connection = await Coordinator.GreetAsync();
        HsmRequest request = AddArchive(1);
        await connection.GiveAsync(Replies.List(Replies.Item(request)));
        await copytool.ReadLineAsync("item 20 1 ");
        Mdt.Cancel(request);
        await connection.GiveAsync(Replies.List(Replies.Item(23, 1, 1)));
        await copytool.ReadLineAsync("item 23 1 ");
        JsonElement done = await connection.ReadPastAsync("recv", "done");
        Assert.Equal((1, 125), (done.GetProperty("hai_cookie").GetInt64(), done.GetProperty("status").GetInt32()));
        Assert.Equal(125, request.Error);
        await connection.SendAsync("""{"command":"done"}""");
        await copytool.StopAsync();
        Assert.Null(await connection.ReadAsync());
    }
}
