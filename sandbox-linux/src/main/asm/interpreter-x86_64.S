/*
 * Bailey's interpreter: carries out a program of system calls (see Operation.java for the layout).
 *
 *   launch(rdi = struct clone_args *, rsi = its size, rdx = base of a program)
 *       called from the JVM: clone3, and in the child interpret the program. Returns the pid or -errno.
 *   start   the entry point of the init ELF, whose program lies at a fixed address.
 *
 * It uses no stack, no thread-local storage and no memory but the program's own, because in the trampoline the child
 * shares all of that with a running JVM. Kept across system calls: rbx = base, r12 = current operation. The kernel
 * clobbers only rax, rcx and r11.
 *
 *   as -o i.o interpreter-x86_64.S && objcopy -O binary -j .text i.o i.bin     (InterpreterTest does the same and compares)
 */
        .intel_syntax noprefix
        .set HEADER_STATUS_FD, 0
        .set HEADER_RECORD, 8
        .set HEADER_RECORD_OP, 12
        .set HEADER_RECORD_ERRNO, 16
        .set RECORD_BYTES, 16
        .set OPERATIONS, 1024
        .set INIT_PROGRAM, 0x401000
        .set SYS_WRITE, 1
        .set SYS_CLONE3, 435
        .set SYS_EXIT_GROUP, 231

        .text
launch:
        mov     r8, rdx
        mov     eax, SYS_CLONE3
        syscall
        test    rax, rax
        jz      child
        ret

        .org    32                              /* InterpreterCode.INIT_ENTRY */
start:
        mov     r8d, INIT_PROGRAM
child:
        mov     rbx, r8
        lea     r12, [rbx + OPERATIONS]

next:
        movzx   eax, word ptr [r12]
        mov     cl, byte ptr [r12 + 14]         /* which arguments are variables: bit i = argument i */
        mov     rdi, [r12 + 16]
        test    cl, 1
        jz      1f
        mov     rdi, [rbx + rdi]
1:      mov     rsi, [r12 + 24]
        test    cl, 2
        jz      1f
        mov     rsi, [rbx + rsi]
1:      mov     rdx, [r12 + 32]
        test    cl, 4
        jz      1f
        mov     rdx, [rbx + rdx]
1:      mov     r10, [r12 + 40]
        test    cl, 8
        jz      1f
        mov     r10, [rbx + r10]
1:      mov     r8, [r12 + 48]
        test    cl, 16
        jz      1f
        mov     r8, [rbx + r8]
1:      mov     r9, [r12 + 56]
        syscall
        cmp     rax, -4096
        ja      error

        movzx   ecx, word ptr [r12 + 12]        /* store the result in a variable */
        test    ecx, ecx
        jz      1f
        mov     [rbx + rcx], rax
1:      test    rax, rax
        jnz     advance
        movzx   ecx, word ptr [r12 + 10]        /* jump if zero */
        test    ecx, ecx
        jnz     jump

advance:
        movzx   ecx, byte ptr [r12 + 2]         /* repeat with an argument counted up?  */
        test    ecx, ecx
        jz      1f
        lea     rdx, [r12 + rcx * 8 + 8]
        movzx   eax, byte ptr [r12 + 3]
        cmp     [rdx], rax
        jae     1f
        inc     qword ptr [rdx]
        jmp     next
1:      add     r12, 64
        jmp     next

jump:
        shl     ecx, 6
        lea     r12, [rbx + rcx + OPERATIONS]
        jmp     next

error:
        mov     edx, eax
        neg     edx
        mov     ecx, [r12 + 4]                  /* up to four errnos that are tolerated */
1:      cmp     dl, cl
        je      tolerated
        shr     ecx, 8
        jnz     1b

        mov     [rbx + HEADER_RECORD_ERRNO], rdx
        mov     rcx, r12
        sub     rcx, rbx
        sub     ecx, OPERATIONS
        shr     ecx, 6
        mov     [rbx + HEADER_RECORD_OP], ecx
        mov     rdi, [rbx + HEADER_STATUS_FD]
        lea     rsi, [rbx + HEADER_RECORD]
        mov     edx, RECORD_BYTES
        mov     eax, SYS_WRITE
        syscall
        mov     edi, 127
        mov     eax, SYS_EXIT_GROUP
        syscall

tolerated:
        movzx   ecx, word ptr [r12 + 8]
        test    ecx, ecx
        jnz     jump
        jmp     advance
