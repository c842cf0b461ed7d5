using System.Globalization;
using System.Text;
using Weir.Copytool.Tests.Coordinators;
using Weir.Copytool.Tests.Mdt;
using Weir.Copytool.Tests.Native;

namespace Weir.Copytool.Tests.Library;

public sealed class HostileTests : LibraryTest
{
    [Fact]
    public async Task A_connection_may_close_at_any_byte()
    {
        await using CopytoolProcess copytool = Start(Build.Address, ["--noop"]);
        HsmRequest request = AddArchive(1);
        byte[] greeting = Encoding.UTF8.GetBytes("""{"command":"ehlo"}""");
        byte[] list = Encoding.UTF8.GetBytes(Replies.List(Replies.Item(request, "tag=\\u0000\u00e9")));
        for (int bytes = 0; bytes < greeting.Length + list.Length; bytes++)
        {
            ScriptedConnection connection = await Coordinator.AcceptAsync();
            await connection.ExpectAsync("ehlo");
            await connection.SendAsync(greeting.AsMemory(0, Math.Min(bytes, greeting.Length)));
            if (bytes >= greeting.Length)
            {
                await connection.ExpectAsync("recv");
                await connection.SendAsync(list.AsMemory(0, bytes - greeting.Length));
            }

            await connection.DisposeAsync();
        }

        Assert.Equal(0, request.EndCount);
        await AssertWorksAsync(await Coordinator.GreetAsync(), request);
        Assert.Equal(1, request.EndCount);
        await copytool.StopAsync();
    }

    [Fact]
    public async Task A_message_may_come_byte_by_byte()
    {
        await using CopytoolProcess copytool = Start(Build.Address, ["--noop"]);
        ScriptedConnection connection = await Coordinator.GreetAsync();
        await connection.ExpectAsync("recv");
        byte[] list = Encoding.UTF8.GetBytes(" \n" + Replies.List(Replies.Item(AddArchive(1)), Replies.Item(AddArchive(2))) + "\n");
        for (int i = 0; i < list.Length; i++) await connection.SendAsync(list.AsMemory(i, 1));
        Assert.Equal([1, 2], ((long[])[(await connection.TakeDoneAsync()).Cookie, (await connection.TakeDoneAsync()).Cookie]).Order());
        await copytool.StopAsync();
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{]")]
    [InlineData("""{"command":"ehlo"}""")]
    [InlineData("""{"command":"done"}""")]
    [InlineData("""{"command":"shutdown"}""")]
    [InlineData("""{"command":"recv"}""")]
    [InlineData("""{"command":"recv","status":22,"error":"Buffer too small"}""")]
    [InlineData("""{"command":"recv","hsm_action_list":{"hal_version":1,"hal_archive_id":1,"list":[]}}""")]
    [InlineData("""{"command":"recv","hsm_action_list":{"hal_version":7,"hal_archive_id":1,"list":[1]}}""")]
    [InlineData("""{"command":"recv","hsm_action_list":{"hal_version":1,"hal_archive_id":"1","list":[1]}}""")]
    [InlineData("""{"command":"recv","hsm_action_list":{"hal_version":1,"hal_archive_id":1,"list":[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]}}""")]
    [InlineData("{\"command\":\"recv\",\"a\":\"\u0001\"}")]
    [InlineData("""{"command":"recv","a":1e999}""")]
    [InlineData("""{"command":"recv","a":12345678901234567890}""")]
    [InlineData("""{"command":"recv","a":"\udc00"}""")]
    public async Task What_is_no_answer_ends_the_connection_and_nothing_else(string text)
    {
        await using CopytoolProcess copytool = Start(Build.Address, ["--noop", "--items"]);
        HsmRequest request = AddArchive(1);
        for (int i = 0; i < 2; i++)
        {
            ScriptedConnection connection = await Coordinator.GreetAsync();
            await connection.ExpectAsync("recv");
            await connection.SendAsync(text);
            await connection.ExpectCloseAsync();
        }

        await AssertWorksAsync(await Coordinator.GreetAsync(), request);
        await copytool.StopAsync();
        Assert.Single(copytool.TakeLines(), line => line.StartsWith("item", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_answer_nobody_asked_for_ends_the_connection()
    {
        await using CopytoolProcess copytool = Start(Build.Address, ["--serial", "--delay-ms", "100"]);
        ScriptedConnection connection = await Coordinator.GreetAsync();
        HsmRequest[] requests = [AddArchive(1), AddArchive(2)];
        await connection.GiveAsync(Replies.List(Replies.Item(requests[0])));
        await Mdt.WaitAsync(() => requests[0].BeginCount == 1, "begin");
        await connection.SendAsync(Replies.List(Replies.Item(requests[1])));
        await connection.ExpectCloseAsync();
        Assert.Equal(0, requests[1].BeginCount);
        await copytool.WaitForErrorAsync("what was not asked");
        ScriptedConnection next = await Coordinator.GreetAsync();
        Assert.Equal(1, (await next.TakeDoneAsync()).Cookie);
        await copytool.StopAsync();
    }

    [Fact]
    public async Task A_key_that_comes_twice_is_taken_once()
    {
        await using CopytoolProcess copytool = Start(Build.Address, ["--delay-ms", "200"]);
        HsmRequest request = AddArchive(1);
        ScriptedConnection connection = await Coordinator.GreetAsync();
        await connection.GiveAsync(Replies.List(Replies.Item(request), Replies.Item(request), Replies.Item(21, 1, 1)));
        await connection.GiveAsync(Replies.List(Replies.Item(request)));
        Assert.Equal((1, 0), await connection.TakeDoneAsync());
        await AssertWorksAsync(connection, AddArchive(2));
        Assert.Equal((1, 1), (request.BeginCount, request.EndCount));
        await copytool.StopAsync();
    }

    [Fact]
    public async Task What_cannot_be_done_is_ended_with_an_error_for_Lustre_and_the_coordinator()
    {
        await using CopytoolProcess copytool = Start(Build.Address, ["--items"], ("COORDINATOOL_HAL_SIZE", "1k"));
        HsmRequest unknown = Mdt.Add(1, MdtAction.Archive, 1), tooBig = Mdt.Add(2, MdtAction.Archive, 2), good = AddArchive(3);
        ScriptedConnection connection = await Coordinator.GreetAsync();
        await connection.GiveAsync(Replies.List("7", "{}", Replies.Item(99, 1, 1), Replies.Item(20, 2, 2, new string('x', 1000)), Replies.Item(good)));
        (long, int)[] told = [await connection.TakeDoneAsync(), await connection.TakeDoneAsync(), await connection.TakeDoneAsync()];
        Assert.Equal([(1, 22), (2, 7), (3, 0)], told.Order());
        await Mdt.WaitForEndAsync(unknown, tooBig);
        Assert.Equal((22, 7, 0), (unknown.Error, tooBig.Error, good.Error));
        await copytool.StopAsync();
        Assert.Single(copytool.TakeLines(), line => line.StartsWith("item", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("other", 1, "work for file system other")]
    [InlineData("lustre", 2, "work for archive 2")]
    public async Task Work_for_another_place_is_not_touched(string fsname, int archive, string reason)
    {
        await using CopytoolProcess copytool = Start(Build.Address, ["--archive-id", "1"]);
        HsmRequest request = AddArchive(1);
        ScriptedConnection connection = await Coordinator.GreetAsync();
        await connection.GiveAsync(Replies.ListOf(fsname, archive, [Replies.Item(request)]));
        await connection.ExpectCloseAsync();
        await copytool.WaitForErrorAsync(reason);
        ScriptedConnection next = await Coordinator.GreetAsync();
        Assert.Equal(0, next.Greeting.GetProperty("hai_list").GetArrayLength());
        Assert.Equal((0, 0), (request.BeginCount, request.EndCount));
        await copytool.StopAsync();
    }

    [Theory]
    [InlineData("{\"command\":\"recv\",\"a\":\"", "x")]
    [InlineData("{\"command\":\"recv\",\"hsm_action_list\":{\"list\":[0", ",0")]
    [InlineData("{\"a\":{\"a\":{\"a\":", " ")]
    [InlineData("", " ")]
    public async Task An_endless_message_is_given_up_before_it_takes_memory(string start, string rest)
    {
        await using CopytoolProcess copytool = Start(Build.Plain, ["--noop"], ("COORDINATOOL_HAL_SIZE", "100k"));
        ScriptedConnection connection = await Coordinator.GreetAsync();
        await connection.ExpectAsync("recv");
        await connection.SendAsync(start);
        byte[] piece = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(rest, 65536 / rest.Length)));
        for (int i = 0; i < 100; i++) await connection.SendAsync(piece);
        await connection.ExpectCloseAsync();
        string peak = File.ReadLines($"/proc/{copytool.Id}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        Assert.InRange(int.Parse(peak.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture), 1, 32 * 1024);
        await AssertWorksAsync(await Coordinator.GreetAsync(), AddArchive(1));
        await copytool.StopAsync();
    }

    [Fact]
    public async Task Broken_replies_of_all_kinds_do_no_harm()
    {
        await using CopytoolProcess copytool = Start(Build.Address, ["--noop"]);
        int seed = Random.Shared.Next();
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        var random = new Random(seed);
        byte[] good = Encoding.UTF8.GetBytes(Replies.List(Replies.Item(20, 1, 1, "tag=\\u0000"), Replies.Item(21, 2, 2)));
        int rounds = Environment.GetEnvironmentVariable("WEIR_TEST_LONG") == "1" ? 20_000 : 300;
        for (int round = 0; round < rounds; round++)
        {
            ScriptedConnection connection = await Coordinator.GreetAsync();
            // Some are still good, and their ends are told again.
            await connection.ReadPastAsync("done", "recv");
            byte[] broken = [.. good];
            for (int changes = random.Next(1, 5); changes > 0; changes--) broken[random.Next(broken.Length)] = (byte)random.Next(256);
            await connection.SendAsync(broken);
            await connection.DisposeAsync();
            Assert.False(copytool.HasExited, $"seed {seed}, round {round}: {copytool.Errors}");
        }

        ScriptedConnection last = await Coordinator.GreetAsync();
        HsmRequest request = AddArchive(1000);
        await last.ReadPastAsync("done", "recv");
        await last.GiveAsync(Replies.List(Replies.Item(request)));
        await Mdt.WaitForEndAsync(request);
        await copytool.StopAsync();
    }
}
